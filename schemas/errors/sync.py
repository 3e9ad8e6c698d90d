"""What stops a push before any of its entries is judged."""

from typing import Final

from schemas.errors.codes import ErrorCode
from schemas.errors.sentence import Sentence

MESSAGES: Final[dict[ErrorCode, Sentence]] = {
    ErrorCode.HEAD_SIGNATURE_INVALID: Sentence(
        "记录链的签名不正确，服务器没有收下任何内容，记录仍在本机。请导出记录并联系办公室。",
        "The signature over the journal is wrong; the server took nothing, your records are on this device. "
        "Export them and call the office.",
    ),
    ErrorCode.CURSOR_FOREIGN: Sentence(
        "请求了不属于这台设备的数据，已忽略；其余照常同步。",
        "Data was asked for that is not this device's; that part was ignored, the rest was synchronised.",
    ),
    ErrorCode.ENTRY_ORDER: Sentence(
        "记录的顺序不正确，服务器没有收下任何内容，记录仍在本机。请更新应用。",
        "Entries were sent out of order; the server took nothing, they are safe on this device. Update the app.",
    ),
    ErrorCode.EPOCH_UNKNOWN: Sentence(
        "设备的记录纪元与服务器不符，记录仍在本机。请导出记录并联系办公室。",
        "The journal's epoch is unknown to the server; your records are on this device. Export them and call the office.",
    ),
}
