"""The rules by which contradictions are settled, and the sentences for whoever lost: what happened, what is safe, what to do.

Neighbours: `schemas/records/conflicts.py` (the record), `server/domain/rules` (the rules themselves), docs/protocol.md
(Domain conflicts). Generated into the app. Codes are part of the wire contract: added, never renamed.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from schemas.errors import Sentence


class ConflictRule(StrEnum):
    """Which rule settled a contradiction."""

    CHECKED_IN_TWICE = "checked_in_twice"
    CHECKED_OUT_TWICE = "checked_out_twice"
    FOUND = "found"
    OTHER_RENTAL = "other_rental"
    BREACH = "breach"
    READING_BELOW = "reading_below"
    TERMS_DIFFER = "terms_differ"
    DAMAGE_PARALLEL = "damage_parallel"
    TASK_CHANGED = "task_changed"
    TRANSFER_CROSSED = "transfer_crossed"
    DECIDED_TWICE = "decided_twice"
    RIGHT_REVOKED = "right_revoked"
    RESTORED = "restored"
    PROMISED_TWICE = "promised_twice"
    FIELD = "field"


class RuleWords(NamedTuple):
    """The rule in words (for the office), and what is said to whoever lost by it."""

    rule: Sentence
    told: Sentence


CONFLICT_WORDS: Final[dict[ConflictRule, RuleWords]] = {
    ConflictRule.CHECKED_IN_TWICE: RuleWords(
        Sentence(
            "同一资产归还了两次：拍摄时间较早的一次有效，另一次作为补充验收；读数或验收状态不同时由人决定。",
            "The same asset was checked in twice: the earlier capture is the return, the other a supplementary inspection; "
            "where readings or acceptance differ, a person decides.",
        ),
        Sentence(
            "另一位同事更早办理了这次归还。您的照片、读数和损坏都已保存，作为补充验收。您不用再做什么，有差异由办公室决定。",
            "A colleague took this asset back before you. Your photos, readings and damages are kept as a supplementary "
            "inspection. You need do nothing more; the office decides what differs.",
        ),
    ),
    ConflictRule.CHECKED_OUT_TWICE: RuleWords(
        Sentence(
            "同一资产交付了两次：拍摄时间较早的一次有效，另一次列为有争议；两份签名都保留。",
            "The same asset was checked out twice: the earlier capture stands, the later is contested; no signature is lost.",
        ),
        Sentence(
            "这台资产更早已交付给别人，您的交付列为有争议。签名和照片都已保存，办公室已收到提醒。请马上联系办公室。",
            "This asset was handed to somebody else before; your check-out is contested. Its signatures and photos are kept and "
            "the office is alerted. Call the office now.",
        ),
    ),
    ConflictRule.FOUND: RuleWords(
        Sentence(
            "归还的资产并没有在外：作为「找到」收下，已定位、已验收。",
            "An asset was checked in that was not out: taken in as found, located and inspected.",
        ),
        Sentence(
            "系统里这台资产没有在外，已作为「找到」收下。您的记录都已保存，办公室已知道。您不用再做什么。",
            "This asset was not out; it is taken in as found. All you recorded is kept and the office is told. "
            "You need do nothing more.",
        ),
    ),
    ConflictRule.OTHER_RENTAL: RuleWords(
        Sentence(
            "归还时选的租赁单不是交付时的那一张：归到交付时的租赁单。",
            "Checked in under another rental than it left on: bound to the rental it left on.",
        ),
        Sentence(
            "这台资产是按另一张租赁单交付的，归还已归到那一张。您的记录都已保存。请核对一下租赁单号。",
            "This asset left on another rental; the return is bound to that one. All you recorded is kept. "
            "Check the rental's number.",
        ),
    ),
    ConflictRule.BREACH: RuleWords(
        Sentence(
            "交付时已不允许交付：事实照记，标为违规，写明原因。",
            "A check-out that was no longer allowed: recorded as the fact it is, flagged as a breach with its reason.",
        ),
        Sentence(
            "交付时这次交付已不允许。记录和签名都已保存，标为违规，办公室已收到提醒。请马上联系办公室。",
            "This check-out was no longer allowed when you made it. It is kept with its signatures, flagged as a breach, and the "
            "office is alerted. Call the office now.",
        ),
    ),
    ConflictRule.READING_BELOW: RuleWords(
        Sentence(
            "读数与时间顺序矛盾（后来的反而更小）：两个读数都保留，由人决定。",
            "A reading contradicts the order of time (the later one is lower): both are kept, a person decides.",
        ),
        Sentence(
            "您记的读数比上次的还小。两个读数都已保存，暂按原来的。请看一下照片里的表盘，办公室会决定。",
            "Your reading is below the last one. Both are kept; the earlier stands for now. Look at the dial in your photo; "
            "the office decides.",
        ),
    ),
    ConflictRule.TERMS_DIFFER: RuleWords(
        Sentence(
            "签的文本与现行版本不同：签名只对当时所签的文本有效，列出不同的条款。",
            "The text signed differs from the version in force: the signature stays bound to what was signed; the clauses that "
            "differ are named.",
        ),
        Sentence(
            "客户签的是旧版文本。签名有效，对应当时所签的内容，都已保存。请联网同步，下次用新版；不同条款由办公室处理。",
            "The customer signed an earlier version of the text. The signature is kept and holds for what was signed. "
            "Sync to get the new version; the office handles the clauses that differ.",
        ),
    ),
    ConflictRule.DAMAGE_PARALLEL: RuleWords(
        Sentence(
            "两人同时在同一部位记了损坏：合为一处，两组照片都在；严重程度不同时由人决定。",
            "Two people recorded damage on the same part at once: joined as one with both sets of photos; where the severity "
            "differs, a person decides.",
        ),
        Sentence(
            "另一位同事也在这个部位记了损坏，已合为一处。两组照片都已保存。您不用再做什么，程度不同由办公室决定。",
            "A colleague recorded damage on this part, too; the two are joined. Both sets of photos are kept. "
            "You need do nothing more; the office decides a differing severity.",
        ),
    ),
    ConflictRule.TASK_CHANGED: RuleWords(
        Sentence(
            "离线做的任务已改派或取消：做了的算数，记在做的人名下；新负责人的任务随之关闭。",
            "A task was reassigned or cancelled while it was done offline: the work stands, credited to who did it; the new "
            "assignee's task closes with the reason.",
        ),
        Sentence(
            "这个任务已改派或取消，但有人离线做完了。做了的算数，记录都已保存，任务已关闭。您不用再做什么。",
            "This task had been reassigned or cancelled, but was done offline. The work stands and is kept; the task is closed. "
            "You need do nothing more.",
        ),
    ),
    ConflictRule.TRANSFER_CROSSED: RuleWords(
        Sentence(
            "移交的资产当时已在客户手里、已停用、已到别的网点或之后又有交接：移交照记；较晚的交接决定它在哪里，必要时由人决定。",
            "A transferred asset was out with a customer, retired, at another depot or handed over later: the transfer is kept; "
            "the later handover says where the asset is, and where that is not certain a person decides.",
        ),
        Sentence(
            "这台资产的位置和您移交时看到的不一样。您的照片、读数和签名都已保存，办公室已知道。请和接收人核对资产在谁手里。",
            "This asset was not where your device believed when you transferred it. Your photos, readings and the signature are "
            "kept and the office is told. Check with the receiver who has it.",
        ),
    ),
    ConflictRule.DECIDED_TWICE: RuleWords(
        Sentence(
            "两个人都作了决定：先到的有效，后一个人会知道谁作了什么决定。",
            "Two people decided: the first to arrive stands, the second is told who decided and what.",
        ),
        Sentence(
            "已有人先作了决定，您的决定没有生效，但已保存。请看是谁、怎么决定的；如有不同意见请当面商量。",
            "Somebody decided before you; your decision is kept without effect. See who decided and what, and talk to them "
            "if you disagree.",
        ),
    ),
    ConflictRule.RIGHT_REVOKED: RuleWords(
        Sentence(
            "做这件事的人当时已没有权限：记录保留，不生效，由主管追认或驳回。",
            "The actor's right had been revoked: the entry is kept without effect, for a manager to ratify or reject.",
        ),
        Sentence(
            "记录时您的权限已被取消，记录暂不生效。内容都已保存，一条不少，等主管追认或驳回。请联系主管。",
            "Your right had been revoked when you recorded this, so it has no effect for now. All of it is kept for a manager to "
            "ratify or reject. Speak to a manager.",
        ),
    ),
    ConflictRule.RESTORED: RuleWords(
        Sentence(
            "修改了一条别处已删除的记录：因修改而恢复。",
            "A record deleted elsewhere was edited: the edit restores it.",
        ),
        Sentence(
            "这条记录已被删除，但有人修改了它，现已恢复。修改和原内容都已保存，办公室已知道。要删除请再删一次。",
            "This record had been deleted; an edit has restored it. The edit and what was there are kept and the office is told. "
            "To delete it, delete it again.",
        ),
    ),
    ConflictRule.PROMISED_TWICE: RuleWords(
        Sentence(
            "同一资产在重叠的时间许给了两张租赁单：两张都有效，由人决定换哪一张的资产或时间。",
            "One asset is promised to two rentals over overlapping times: both stand until a person gives one of them another "
            "asset or time.",
        ),
        Sentence(
            "这台资产在重叠的时间也许给了另一张租赁单。两张都有效，都已保存，办公室已知道。请商量给其中一张换资产或改时间。",
            "This asset is also promised to another rental over overlapping times. Both stand and are kept; the office is told. "
            "Agree which of them gets another asset or time.",
        ),
    ),
    ConflictRule.FIELD: RuleWords(
        Sentence(
            "两个人给同一项写了不同的值：两个都保留，先写的暂时有效，由人决定。",
            "Two people gave one field different values: both are kept, the first stands for now, a person decides.",
        ),
        Sentence(
            "另一位同事对这一项写了不同的内容。两个都已保存，暂按先写的。您不用再做什么，由办公室决定。",
            "A colleague gave this a different value. Both are kept; the first stands for now. "
            "You need do nothing more; the office decides.",
        ),
    ),
}
