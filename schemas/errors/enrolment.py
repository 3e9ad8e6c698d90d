"""Enrolling a device and its people's PINs; a device refused or retired."""

from typing import Final

from schemas.errors.codes import ErrorCode
from schemas.errors.sentence import Sentence

MESSAGES: Final[dict[ErrorCode, Sentence]] = {
    ErrorCode.CODE_UNKNOWN: Sentence(
        "登记码不正确，本机没有改动。请核对后重新输入，或请办公室重新生成。",
        "This enrolment code is not known; nothing was changed. Check it, or ask the office for a new one.",
    ),
    ErrorCode.CODE_EXPIRED: Sentence(
        "登记码已过期，本机没有改动。请办公室重新生成一个。",
        "This enrolment code has expired; nothing was changed. Ask the office for a new one.",
    ),
    ErrorCode.CODE_USED: Sentence(
        "登记码已被使用过，本机没有改动。请办公室重新生成一个。",
        "This enrolment code was already used; nothing was changed. Ask the office for a new one.",
    ),
    ErrorCode.CODE_FOREIGN: Sentence(
        "这个二维码属于另一家公司或另一套系统，本机没有改动。请扫描本公司的登记码。",
        "This code belongs to another organisation or system; nothing was changed. Scan your own office's code.",
    ),
    ErrorCode.KEY_INVALID: Sentence(
        "设备密钥无效，本机没有改动。请重新打开应用再登记。",
        "The device's key is not valid; nothing was changed. Reopen the app and enrol again.",
    ),
    ErrorCode.LOGIN_WRONG: Sentence(
        "用户名或密码不正确。请核对后重试。",
        "User name or password is wrong. Check them and try again.",
    ),
    ErrorCode.PIN_WRONG: Sentence(
        "PIN 不正确，记录都还在。请重试，连错 5 次需要等待。",
        "Wrong PIN; your records are safe. Try again; after 5 wrong tries you must wait.",
    ),
    ErrorCode.PIN_WEAK: Sentence(
        "PIN 需要 6 位数字，且不能全部相同，这次没有设置。请换一个。",
        "A PIN has 6 digits, not all the same; this one was not set. Choose another.",
    ),
    ErrorCode.CHALLENGE_EXPIRED: Sentence(
        "验证已超时，记录都还在。请重试。",
        "The challenge has expired; your records are safe. Try again.",
    ),
    ErrorCode.SIGNATURE_INVALID: Sentence(
        "设备签名不正确，服务器没有改动，记录仍在本机。请重新登记设备。",
        "The device's signature is wrong; the server changed nothing, your records are on this device. Enrol again.",
    ),
    ErrorCode.DEVICE_UNKNOWN: Sentence(
        "服务器不认识这台设备，记录仍在本机。请导出记录并联系办公室重新登记。",
        "The server does not know this device; your records are still on it. Export them and ask the office to enrol it.",
    ),
    ErrorCode.DEVICE_REVOKED: Sentence(
        "这台设备已被停用；送来的记录已另行保存，等主管处理。",
        "This device was revoked; what it sent is kept aside for a manager.",
    ),
    ErrorCode.DEVICE_WIPING: Sentence(
        "办公室要求清空这台设备：资料已从本机移除，还没上传的记录会先传完，再清除。请保持联网。",
        "The office has asked to wipe this device: its data is gone from here, what is unsent goes up first. Stay connected.",
    ),
    ErrorCode.APP_OUTDATED: Sentence(
        "应用版本太旧；记录都已上传。请更新应用后继续使用。",
        "This version of the app is too old; everything is uploaded. Update the app to go on.",
    ),
}
