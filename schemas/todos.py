"""To-dos in words: what each kind of them says, in both languages, and the kinds of alert that open one.

Neighbours: `schemas/records/todos.py`, `schemas/records/alerts.py`; the app gets `TODO_SENTENCES` by generation, notices are
written from it (`server/notify`). Invariants: a sentence names its parameters in braces; one that ends in `_at` is an instant
and is shown in the to-do's zone; no parameter is personal.
"""

from typing import Final, Literal

from schemas.errors import Sentence

AlertCode = Literal["return_due", "return_overdue", "battery_low", "service_missed"]
TodoCode = Literal[
    "free",
    "return_due",
    "return_overdue",
    "battery_low",
    "service_missed",
    "customer_call",
    "task_moved",
    "rental_draft_again",
    "rental_cancelled",
]
NoticeChannel = Literal["in_app", "email", "wecom", "dingtalk", "feishu"]
SendChannel = Literal["email", "wecom", "dingtalk", "feishu"]

TODO_SENTENCES: Final[dict[TodoCode, Sentence]] = {
    "free": Sentence("{text}", "{text}"),
    "return_due": Sentence(
        "租赁单 {number} 应于 {due_at} 归还，请联系客户确认。",
        "Rental {number} is due back on {due_at}: confirm it with the customer.",
    ),
    "return_overdue": Sentence(
        "租赁单 {number} 已过归还时间（{due_at}），请马上跟进。",
        "Rental {number} is overdue (it was due back on {due_at}): follow it up now.",
    ),
    "battery_low": Sentence(
        "{label} 的电池健康度只有 {percent}%，低于 {limit}%，请安排检查。",
        "The battery of {label} is at {percent}% of its health, below {limit}%: have it checked.",
    ),
    "service_missed": Sentence(
        "{label} 已连续 {count} 次保养逾期（上次应于 {due_at}），请安排保养。",
        "{label} has missed {count} services in a row (the first was due on {due_at}): plan its service.",
    ),
    "task_moved": Sentence(
        "租赁单 {number} 改了时间：{label} 原来人工定在 {was_at} 的任务，已改到 {due_at}，请核对。",
        "The time of rental {number} has changed: the task for {label} that was set by hand to {was_at} is now due {due_at}. "
        "Please check.",
    ),
    "rental_draft_again": Sentence(
        "您批准过的租赁单 {number} 又成了草稿：同事没看到批准，改了条款或资产。改动和原内容都在变更记录里，还没有出库；"
        "请核对后重新批准。",
        "Rental {number}, which you approved, is a draft again: a colleague who had not seen your approval changed its terms or "
        "assets. Both are in its history and nothing has left; look at it and approve it anew.",
    ),
    "rental_cancelled": Sentence(
        "您批准过的租赁单 {number} 已被取消：同事没看到批准。内容都还在，没有出库；如仍要出租，请商量后另建一张。",
        "Rental {number}, which you approved, has been cancelled by a colleague who had not seen that. All of it is kept and "
        "nothing has left; if it is to take place, agree on it and make a new one.",
    ),
    "customer_call": Sentence(
        "租赁单 {number} 逾期，没有客户的邮箱可以通知，请打电话给客户。",
        "Rental {number} is overdue and there is no e-mail address to write to: call the customer.",
    ),
}
