"""Words of states and kinds that are taken out in a list and never brought in.

Neighbours: `lists.py` uses them; `columns.py` has those of the lists that are brought in. Invariant: a code without words is
shown as it is.
"""

from typing import Final

from schemas.conflicts import CONFLICT_WORDS
from server.imports.sheets.words import Choice
from server.trail.words import TODO_WORDS

ACCEPTANCE: Final = Choice(
    {"intact": ("完好", "intact"), "minor_damage": ("轻微损坏", "minor damage"), "severe_damage": ("严重损坏", "severe damage")}
)
HANDOVER_TYPES: Final = Choice({"check_out": ("交付/出库", "check-out"), "check_in": ("归还/入库", "check-in"),
                                 "transfer": ("移交", "transfer")})  # fmt: skip
HANDOVER_STATES: Final = Choice(
    {"started": ("进行中", "under way"), "complete": ("已完成", "complete"), "abandoned": ("已放弃", "abandoned")}
)
DAMAGE_STATES: Final = Choice(
    {"open": ("未修复", "open"), "repaired": ("已修复", "repaired"), "retracted": ("已撤回", "retracted")}
)
DAMAGE_TYPES: Final = Choice(
    {
        "scratch": ("划痕", "scratch"), "dent": ("凹陷", "dent"), "crack": ("破裂", "crack"), "missing": ("缺件", "missing part"),
        "stain": ("污损", "stain"), "deformation": ("变形", "deformation"),
    }
)  # fmt: skip
SIZES: Final = Choice(
    {
        "under_5_cm": ("5 厘米以下", "under 5 cm"), "5_to_10_cm": ("5–10 厘米", "5–10 cm"),
        "10_to_30_cm": ("10–30 厘米", "10–30 cm"), "over_30_cm": ("30 厘米以上", "over 30 cm"),
    }
)  # fmt: skip
TASK_STATES: Final = Choice(
    {
        "proposed": ("建议", "proposed"), "open": ("待办", "open"), "started": ("进行中", "started"), "done": ("已完成", "done"),
        "cancelled": ("已取消", "cancelled"),
    }
)  # fmt: skip
FAULT_STATES: Final = Choice(
    {
        "open": ("待处理", "open"), "planned": ("维修中", "in repair"), "done": ("已修好", "repaired"),
        "rejected": ("不用修", "nothing to repair"),
    }
)  # fmt: skip
GUESSES: Final = Choice({"usable": ("能用", "usable"), "unsure": ("不确定", "not sure"), "unusable": ("不能用", "not usable")})
REPORTED_BY: Final = Choice({"staff": ("员工", "staff"), "customer": ("客户", "customer")})
TODO_KINDS: Final = Choice({code: (said.zh, said.en) for code, said in TODO_WORDS.items()})
TODO_STATES: Final = Choice({"open": ("待办", "open"), "done": ("已完成", "done"), "dismissed": ("不处理", "dismissed")})
INCIDENTS: Final = Choice(
    {
        "gap": ("记录有缺号", "numbers are missing"), "fork": ("设备的日志分叉", "the journal of a device forked"),
        "eviction": ("设备本地数据被清除", "a device lost its local data"),
        "damaged_entry": ("一条记录的字节与指纹不符", "bytes differ from their fingerprint"),
        "declared_loss": ("设备声明丢失一条记录", "a device declared a lost record"),
        "held_differs": ("同一编号收到两份不同内容", "two contents for one number"),
        "rejected_blob": ("一个文件未通过检查", "a file did not pass the check"),
        "clock": ("设备时间不准", "the clock of a device is off"),
        "divergence": ("设备上的资料与服务器不一致", "a device held something else than the server"),
        "gate_breach": ("超出了离线宽限继续作业", "work went on beyond the upload allowance"),
        "wiped": ("设备已清空", "a device has been wiped"), "quarantine": ("有记录等主管决定", "records wait for a manager"),
        "device_lost": ("设备丢失", "device lost"), "imported": ("导入了一份导出文件", "an export file was imported"),
    }
)  # fmt: skip
INCIDENT_STATES: Final = Choice({"open": ("待处理", "open"), "closed": ("已关闭", "closed")})
ROLES: Final = Choice(
    {
        "technician": ("技术员", "technician"), "driver": ("司机", "driver"), "service_desk": ("客服", "service desk"),
        "operations": ("运维", "operations"), "finance": ("财务", "finance"), "manager": ("主管", "manager"),
        "administrator": ("管理员", "administrator"), "system": ("系统", "system"),
    }
)  # fmt: skip
RATE_UNITS: Final = Choice({"day": ("天", "day"), "week": ("周", "week"), "month": ("月", "month")})
PLAN_STATES: Final = Choice({"active": ("使用中", "active"), "retired": ("已停用", "retired")})
CONFLICT_STATES: Final = Choice({"open": ("待决定", "open"), "noted": ("已知悉", "noted"), "decided": ("已决定", "decided")})
RULES: Final = Choice({rule.value: (words.rule.zh, words.rule.en) for rule, words in CONFLICT_WORDS.items()})
CHOICES: Final = Choice({"side": ("采用一方", "one side"), "both": ("两者都采用", "both"), "value": ("另定", "another value")})
DEVICE_TYPES: Final = Choice(
    {
        "field": ("手机/平板", "phone or tablet"),
        "office": ("办公电脑", "office"),
        "client": ("接口", "client"),
        "system": ("系统", "system"),
    }
)
DEVICE_STATES: Final = Choice(
    {
        "active": ("使用中", "active"), "revoked": ("已停用", "revoked"), "replaced": ("已更换", "replaced"),
        "wiping": ("正在清除", "being wiped"), "wiped": ("已清除", "wiped"),
    }
)  # fmt: skip
