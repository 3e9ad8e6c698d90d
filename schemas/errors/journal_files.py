"""Importing a device's own exported journal file."""

from typing import Final

from schemas.errors.codes import ErrorCode
from schemas.errors.sentence import Sentence

MESSAGES: Final[dict[ErrorCode, Sentence]] = {
    ErrorCode.IMPORT_UNREADABLE: Sentence(
        "导出文件不完整或已损坏，什么都没有导入；原件还在设备和文件里。请在设备上重新导出。",
        "The export file is cut or damaged; nothing was imported, the device still has everything. Export it again there.",
    ),
    ErrorCode.IMPORT_TOO_LARGE: Sentence(
        "导出文件太大，不能在这里导入；什么都没有导入，文件和设备上的内容都在，请留好。"
        "请让设备联网上传；做不到时，请管理员在服务器上用 handover import 导入这个文件。",
        "The export file is too large to be imported here; nothing was imported, file and device still have everything: "
        "keep both. Let the device upload by itself; where it cannot, have the file imported on the server with handover import.",
    ),
    ErrorCode.IMPORT_FOREIGN: Sentence(
        "这个文件不是本公司的，什么都没有导入；文件没有改动。请到它所属的公司导入。",
        "The file is another organisation's; nothing was imported, the file is unchanged. Import it where it belongs.",
    ),
    ErrorCode.IMPORT_VERSION: Sentence(
        "这个导出文件是另一个版本的格式，什么都没有导入；设备上的内容都在。请在设备上更新应用后重新导出。",
        "The file is of another version of the format; nothing was imported, the device still has everything. "
        "Update the app there and export again.",
    ),
    ErrorCode.IMPORT_UNSIGNED: Sentence(
        "文件没有所属设备的有效签名，什么都没有导入；文件没有改动，请留好。请在那台设备上重新导出，或让它联网上传。",
        "The file is not signed by the device it names; nothing was imported, the file is unchanged: keep it. "
        "Export it again on that device, or let the device upload by itself.",
    ),
    ErrorCode.IMPORT_CONTRADICTS: Sentence(
        "文件与服务器已有的记录不一致，什么都没有导入；文件没有改动。请让设备联网上传，或联系管理员查看。",
        "The file contradicts what the server has; nothing was imported, the file is unchanged. Let the device upload by itself.",
    ),
    ErrorCode.IMPORT_INCOMPLETE: Sentence(
        "只导入了一部分：已导入的都有效，其余的还在文件和设备里。请先处理这台设备的隔离内容或缺号，再导入同一个文件。",
        "Only a part could be imported: that stays, the rest is still in the file and on the device. "
        "See to the device's quarantine or gap first, then import the same file again.",
    ),
    ErrorCode.IMPORT_NO_ROOM: Sentence(
        "服务器存储空间不足，照片没有全部导入：记录和已导入的照片都已保存，其余的还在文件里。请腾出空间，再导入同一个文件。",
        "The server's storage is full, so not every photo could be imported: the records and the photos that are in stay, the "
        "rest is still in the file. Make room, then import the same file again.",
    ),
    ErrorCode.IMPORT_BUSY: Sentence(
        "服务器正在导入别的文件，这个还没有导入；文件没有改动，设备上的内容都在。请半分钟后再导入一次。",
        "Other files are being imported; nothing of this one was, file and device have all. Import it again in half a minute.",
    ),
}
