"""Why an entry is parked or refused: it is always kept."""

from typing import Final

from schemas.errors.codes import ErrorCode
from schemas.errors.sentence import Sentence

MESSAGES: Final[dict[ErrorCode, Sentence]] = {
    ErrorCode.ENTRY_UNREADABLE: Sentence(
        "这条记录服务器读不懂，已原样保存，等待处理；后面的记录不受影响。",
        "The server could not read this entry; it is kept as it is and waits. What follows is not affected.",
    ),
    ErrorCode.ENTRY_HASH_MISMATCH: Sentence(
        "这条记录的内容与它的哈希不符，可能已损坏；已原样保存并通知办公室。",
        "This entry does not match its hash and may be damaged; it is kept as it is and the office is told.",
    ),
    ErrorCode.ENTRY_PRIVATE_MISMATCH: Sentence(
        "这条记录的个人信息部分缺失或不符；已原样保存，等待处理。",
        "The private parts of this entry are missing or differ; it is kept as it is and waits.",
    ),
    ErrorCode.ENTRY_ID_REUSED: Sentence(
        "这条记录的编号已被另一条使用；已原样保存并通知办公室。",
        "This entry's id is used by another; it is kept as it is and the office is told.",
    ),
    ErrorCode.ENTRY_WAITS: Sentence(
        "这条记录要等另一条先到，已保存，到齐后自动处理。",
        "This entry waits for another one; it is kept and will be applied when that arrives.",
    ),
    ErrorCode.ENTRY_SERVER_ERROR: Sentence(
        "服务器处理这条记录时出错；记录已保存，修复后自动重试。",
        "The server failed on this entry; it is kept and will be retried.",
    ),
    ErrorCode.ENTRY_DISMISSED: Sentence(
        "主管看过这条记录，决定不采用：记录一直保存，但不生效。有疑问请联系主管。",
        "A manager has looked at this entry and decided not to use it: it is kept for ever, without effect. Ask the manager.",
    ),
    ErrorCode.ACTION_UNKNOWN: Sentence(
        "服务器还不认识这种操作；记录已保存，服务器升级后自动处理。",
        "The server does not know this action yet; the entry is kept and will be applied after an upgrade.",
    ),
    ErrorCode.ACTION_FORBIDDEN: Sentence(
        "按角色或网点权限不能这样做；记录已保留，主管可以追认。",
        "Role or depot does not allow this; the entry is kept, a manager may ratify it.",
    ),
    ErrorCode.ACTOR_NOT_ON_DEVICE: Sentence(
        "此人不在这台设备的使用名单里；记录已保留，主管可以追认。",
        "This person is not on the device's roster; the entry is kept, a manager may ratify it.",
    ),
    ErrorCode.HANDOVER_CLOSED: Sentence(
        "这次交接已经完成，之后的改动已保留但未生效。",
        "This handover is already complete; the later change is kept but has no effect.",
    ),
    ErrorCode.HANDOVER_INCOMPLETE: Sentence(
        "这次交接还缺必需的内容，完成操作已保留但未生效。请补齐后再完成。",
        "This handover still lacks something required; completing it is kept but has no effect. Add it and complete again.",
    ),
    ErrorCode.RECORD_UNKNOWN: Sentence(
        "记录里提到的对象不存在；记录已保留。",
        "The entry names something that does not exist; the entry is kept.",
    ),
    ErrorCode.STATE_ILLEGAL: Sentence(
        "当前状态不允许这一步；记录已保留，未生效。",
        "The present state does not allow this step; the entry is kept without effect.",
    ),
    ErrorCode.CONFLICT_GREW: Sentence(
        "决定之前又来了新的说法，决定没有生效；记录已保留。请看过各方再决定。",
        "More had been said than was looked at, so this decision has no effect; it is kept. Look at all sides and decide again.",
    ),
    ErrorCode.STEP_NOT_READY: Sentence(
        "这一步还缺条件，没有生效；记录已保留。请按所列的条件补齐后再做。",
        "Something this step needs is missing, so it has no effect; the entry is kept. See to what is named and do it again.",
    ),
    ErrorCode.INCIDENT_CLOSED: Sentence(
        "这项异常之前已经处理完毕，以先到的说法为准；你写的说明也保留着，不用再做什么。",
        "This incident had been closed before, and the first word stands; your note is kept, nothing more is to be done.",
    ),
    ErrorCode.TODO_OWNER_BLIND: Sentence(
        "这个人看不到该网点的待办，所以没有改动；记录已保留。请选在办公端负责该网点的人；现场的工作请安排为任务。",
        "This person cannot see to-dos of that depot, so nothing was changed; the entry is kept. "
        "Choose somebody of the office who works with the depot; work in the field is planned as a task.",
    ),
}
