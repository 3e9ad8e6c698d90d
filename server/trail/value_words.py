"""What the values of fields are called where the trail tells from what to what, in both languages.

Neighbours: `telling.py` uses them, `field_words.py` has the fields' own names; the app's dictionary (`field_app/src/i18n`) has
the same words, and `tests/unit/test_trail_words.py` compares them.
"""

from typing import Final

from schemas.errors import Sentence

VALUE_WORDS: Final[dict[str, dict[str, Sentence]]] = {
    "tier": {
        "good": Sentence("优质", "Good"),
        "normal": Sentence("普通", "Normal"),
        "watch": Sentence("关注", "Watched"),
    },
    "customerType": {
        "company": Sentence("公司", "Company"),
        "person": Sentence("个人", "Person"),
    },
    "contactRole": {
        "driver": Sentence("司机", "Driver"),
        "finance": Sentence("财务", "Finance"),
        "other": Sentence("其他", "Other"),
        "owner": Sentence("负责人", "Owner"),
        "self": Sentence("本人", "Customer in person"),
        "site_manager": Sentence("现场负责人", "Site manager"),
    },
    "signerRole": {
        "driver": Sentence("司机", "Driver"),
        "other": Sentence("其他人员", "Other"),
        "owner": Sentence("负责人", "Owner"),
        "site_manager": Sentence("现场负责人", "Site manager"),
        "staff": Sentence("本公司员工", "Our staff"),
    },
    "signing": {
        "check_in": Sentence("归还", "Check-in"),
        "check_out": Sentence("交付", "Check-out"),
        "extension": Sentence("续租", "Extension"),
    },
    "textUse": {
        "check_in": Sentence("归还", "Check-in"),
        "check_out": Sentence("交付", "Check-out"),
    },
    "rateUnit": {
        "day": Sentence("每天", "per day"),
        "month": Sentence("每月", "per month"),
        "week": Sentence("每周", "per week"),
    },
    "taskType": {
        "collect": Sentence("归还", "Collect"),
        "deliver": Sentence("交付", "Deliver"),
        "inspect": Sentence("巡检", "Inspect"),
        "recover": Sentence("收回", "Recover"),
        "repair": Sentence("维修", "Repair"),
        "stock_take": Sentence("盘点", "Stock-take"),
    },
    "handoverType": {
        "check_in": Sentence("归还", "Check-in"),
        "check_out": Sentence("交付", "Check-out"),
    },
    "handoverState": {
        "abandoned": Sentence("已放弃", "Abandoned"),
        "complete": Sentence("已完成", "Complete"),
        "started": Sentence("进行中", "In progress"),
    },
    "acceptance": {
        "intact": Sentence("完好", "Intact"),
        "minor_damage": Sentence("轻微损坏", "Minor damage"),
        "severe_damage": Sentence("严重损坏", "Severe damage"),
    },
    "sizeRange": {
        "10_to_30_cm": Sentence("10–30 厘米", "10–30 cm"),
        "5_to_10_cm": Sentence("5–10 厘米", "5–10 cm"),
        "over_30_cm": Sentence("30 厘米以上", "over 30 cm"),
        "under_5_cm": Sentence("5 厘米以内", "under 5 cm"),
    },
    "damageState": {
        "open": Sentence("未修复", "Open"),
        "repaired": Sentence("已修复", "Repaired"),
        "retracted": Sentence("已撤回", "Retracted"),
    },
    "assetState": {
        "available": Sentence("可出租", "Available"),
        "blocked": Sentence("停用", "Out of use"),
        "out": Sentence("出租中", "On rent"),
        "retired": Sentence("已退役", "Retired"),
        "returned": Sentence("已归还，待验收", "Returned, to be checked"),
    },
    "deviceType": {
        "client": Sentence("接口程序", "Program"),
        "field": Sentence("现场设备", "Field device"),
        "office": Sentence("办公室", "Office"),
        "system": Sentence("系统", "System"),
    },
    "deviceState": {
        "active": Sentence("使用中", "Active"),
        "replaced": Sentence("已更换", "Replaced"),
        "revoked": Sentence("已停用", "Revoked"),
        "wiped": Sentence("已清空", "Wiped"),
        "wiping": Sentence("正在清空", "Being wiped"),
    },
    "role": {
        "administrator": Sentence("管理员", "Administrator"),
        "customer": Sentence("客户", "Customer"),
        "driver": Sentence("司机", "Driver"),
        "finance": Sentence("财务", "Finance"),
        "manager": Sentence("主管", "Manager"),
        "operations": Sentence("运维", "Operations"),
        "service_desk": Sentence("客服", "Service desk"),
        "system": Sentence("系统", "System"),
        "technician": Sentence("技术员", "Technician"),
    },
    "faultState": {
        "done": Sentence("已修好", "Repaired"),
        "duplicate": Sentence("重复报修", "Reported before"),
        "open": Sentence("待处理", "Open"),
        "planned": Sentence("维修中", "In repair"),
        "rejected": Sentence("不用修", "Nothing to repair"),
    },
    "slot": {
        "body": Sentence("机身", "Body"),
        "cabin": Sentence("驾驶室", "Cabin"),
        "cargo": Sentence("货厢", "Cargo space"),
        "case": Sentence("箱体", "Case"),
        "damage_close": Sentence("损坏近景", "Damage, close"),
        "damage_wide": Sentence("损坏远景", "Damage, wide"),
        "dial": Sentence("仪表", "Dial"),
        "front": Sentence("正面", "Front"),
        "left": Sentence("左侧", "Left side"),
        "lens": Sentence("镜头", "Lens"),
        "overall": Sentence("整体", "Overall"),
        "rear": Sentence("后面", "Rear"),
        "right": Sentence("右侧", "Right side"),
        "serial": Sentence("序列号", "Serial number"),
        "tyre": Sentence("轮胎", "Tyre"),
    },
    "meter": {
        "battery": Sentence("电量", "Battery"),
        "fuel": Sentence("油量", "Fuel"),
        "hours": Sentence("工作小时", "Operating hours"),
        "odometer": Sentence("里程", "Odometer"),
        "shutter": Sentence("快门次数", "Shutter count"),
    },
    "lineState": {
        "contested": Sentence("有争议", "Contested"),
        "out": Sentence("在外", "Out"),
        "reserved": Sentence("待交付", "To leave"),
        "returned": Sentence("已归还", "Back"),
    },
    "depositStep": {
        "ask": Sentence("要求押金", "Ask"),
        "hold": Sentence("入账保管", "Take into custody"),
        "offset": Sentence("抵扣", "Offset"),
        "receive": Sentence("收款", "Receive"),
        "refund": Sentence("退还", "Refund"),
        "waive": Sentence("免押", "Waive"),
    },
    "payMethod": {
        "alipay": Sentence("支付宝", "Alipay"),
        "card": Sentence("刷卡", "Card"),
        "cash": Sentence("现金", "Cash"),
        "other": Sentence("其他", "Other"),
        "pre_authorised": Sentence("预授权", "Pre-authorised"),
        "transfer": Sentence("银行转账", "Bank transfer"),
        "wechat": Sentence("微信", "WeChat Pay"),
    },
    "gatePolicy": {
        "grace": Sentence("宽限", "Grace period"),
        "records": Sentence("先上传记录", "Upload records first"),
        "strict": Sentence("先上传全部", "Upload everything first"),
    },
    "swapState": {
        "done": Sentence("已更换", "Swapped"),
        "given_up": Sentence("已放弃更换", "Swap given up"),
        "planned": Sentence("计划更换", "Swap planned"),
    },
    "guess": {
        "unsure": Sentence("不确定", "Not sure"),
        "unusable": Sentence("不能用", "Not usable"),
        "usable": Sentence("能用", "Usable"),
    },
}
"""A group of the dictionary → its codes in words."""
