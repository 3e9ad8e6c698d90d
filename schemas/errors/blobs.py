"""Photos and other files on their way up."""

from typing import Final

from schemas.errors.codes import ErrorCode
from schemas.errors.sentence import Sentence

MESSAGES: Final[dict[ErrorCode, Sentence]] = {
    ErrorCode.BLOB_TOO_LARGE: Sentence(
        "文件太大，服务器没有收下；原件仍在本机。",
        "The file is too large for the server; the original is still on this device.",
    ),
    ErrorCode.BLOB_HASH_MISMATCH: Sentence(
        "收到的文件与拍摄时的哈希不符，将重新上传。",
        "What arrived differs from the hash made at capture; it will be uploaded again.",
    ),
    ErrorCode.BLOB_OFFSET_WRONG: Sentence(
        "上传位置不一致，将从服务器已有的位置继续。",
        "The upload's position differs; it goes on from where the server is.",
    ),
    ErrorCode.BLOB_CHECKSUM_WRONG: Sentence(
        "这一段传输有误，将重发这一段。",
        "This part arrived damaged; it will be sent again.",
    ),
    ErrorCode.BLOB_NOT_AN_IMAGE: Sentence(
        "文件不是真正的图片，已另行保管并通知办公室，不影响其他上传。",
        "The file is not a real picture; it is kept aside, the office is told, other uploads go on.",
    ),
    ErrorCode.BLOB_NOT_SOUND: Sentence(
        "文件不是真正的录音，或超过了大小上限；已另行保管并通知办公室，不影响其他上传。",
        "The file is no real recording, or larger than one may be; it is kept aside, the office is told, other uploads go on.",
    ),
    ErrorCode.BLOB_TOO_MANY_PIXELS: Sentence(
        "图片像素过多，已另行保管并通知办公室，不影响其他上传。",
        "The picture has too many pixels; it is kept aside, the office is told, other uploads go on.",
    ),
    ErrorCode.BLOB_TYPE_REFUSED: Sentence(
        "不接受这种文件类型，服务器没有收下；原件仍在本机。",
        "This type of file is not accepted; the original is still on this device.",
    ),
    ErrorCode.UPLOAD_UNKNOWN: Sentence(
        "服务器没有这次上传的记录，将重新开始上传。",
        "The server does not know this upload; it will be started again.",
    ),
    ErrorCode.UPLOADS_TOO_MANY: Sentence(
        "同时上传的文件太多，请等前面的传完；文件仍在本机。",
        "Too many uploads are open; the files are safe on this device and will follow.",
    ),
}
