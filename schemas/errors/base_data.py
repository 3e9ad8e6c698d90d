"""Why a change of the office's own data (numbers, own fields, people, depots, packs, notices) has no effect."""

from typing import Final

from schemas.errors.codes import ErrorCode
from schemas.errors.sentence import Sentence

MESSAGES: Final[dict[ErrorCode, Sentence]] = {
    ErrorCode.VALUE_TAKEN: Sentence(
        "这个编号已属于另一项（见详情），没有改动；你填写的内容保留在记录里。请核对编号，或先改正另一项。",
        "This number belongs to another one already (see the details); nothing was changed, what you entered is kept in the "
        "journal. Check the number, or correct the other one first.",
    ),
    ErrorCode.TAG_UNUSABLE: Sentence(
        "这个标签印不成二维码，没有改动；你填写的内容保留在记录里。"
        "标签只能用文字、数字和 . _ -，以文字或数字开头，最多 64 个字，不能有空格或 / % ? # 等符号。",
        "No label can carry this tag; nothing was changed, what you entered is kept in the journal. Use letters, digits "
        "and . _ -, beginning with a letter or digit, at most 64, without blanks or signs like / % ? #.",
    ),
    ErrorCode.CUSTOM_VALUE_WRONG: Sentence(
        "自定义字段的内容与它的类型不符，没有改动；你填写的内容保留在记录里。请按字段的类型重新填写。",
        "A custom field does not take this value; nothing was changed, what you entered is kept in the journal. Enter a value "
        "of the field's type.",
    ),
    ErrorCode.LAST_ADMINISTRATOR: Sentence(
        "这是最后一位管理员，改动没有生效，记录已保留。请先让另一位同事成为管理员。",
        "This is the last administrator, so nothing was changed; the entry is kept. Make somebody else an administrator first.",
    ),
    ErrorCode.OWN_ROLES: Sentence(
        "不能给自己增加角色，改动没有生效，记录已保留。请另一位管理员来做。",
        "Nobody gives themselves a role, so nothing was changed; the entry is kept. Ask another administrator.",
    ),
    ErrorCode.DEPOT_CLOSED: Sentence(
        "这个网点已关闭，改动没有生效，记录已保留。请选别的网点，或先重新开放它。",
        "That depot is closed, so nothing was changed; the entry is kept. Choose another one, or open it again first.",
    ),
    ErrorCode.DEPOT_NOT_EMPTY: Sentence(
        "网点里还有资产或未结束的租赁单，所以没有关闭，记录已保留。请先把它们移到别的网点或办结。",
        "The depot still has assets or open rentals, so it was not closed; the entry is kept. Move or finish them first.",
    ),
    ErrorCode.ROSTER_UNFIT: Sentence(
        "名单里有人不在这台设备的网点工作，或角色不做现场工作；名单没有改动，记录已保留。请先在“人员”里改他的网点和角色。",
        "Somebody on the list does not work at the device's depot, or has no role in the field; the list was not changed, the "
        "entry is kept. Change their depots and roles under People first.",
    ),
    ErrorCode.PACK_UNSOUND: Sentence(
        "品类包里有一项不完整、太长或重复（见详情），没有改动；填写的内容保留在记录里。请每项都写中文和英文，再保存一次。",
        "An item of the category pack is not whole, too long or there twice (see the details); nothing was changed, what you "
        "entered is kept in the journal. Give each item its Chinese and English words and save again.",
    ),
    ErrorCode.PACK_ID_REUSED: Sentence(
        "这个编号以前用于另一项，不能再作他用，没有改动；填写的内容保留在记录里。请新加一项。",
        "This id was another item's before and cannot mean something else; nothing was changed, what you entered is kept in the "
        "journal. Add a new item instead.",
    ),
    ErrorCode.DIAGRAM_UNKNOWN: Sentence(
        "没有这张示意图，没有改动；填写的内容保留在记录里。请从品类包页面列出的图里选一张。",
        "There is no such diagram; nothing was changed, what you entered is kept in the journal. Choose one of those the page of "
        "the category pack offers.",
    ),
    ErrorCode.NOTICE_ADDRESS: Sentence(
        "这不是可以使用的地址，没有改动。邮箱请写成 name@example.com；机器人地址请从企业微信、钉钉或飞书的群机器人设置里复制。",
        "This is no address that can be used; nothing was changed. Write an e-mail like name@example.com; copy a robot's address "
        "from the settings of a WeCom, DingTalk or Feishu group robot.",
    ),
}
