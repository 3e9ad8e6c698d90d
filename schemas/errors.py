"""Every failure a person or a program can meet: a stable code, what happened, what is safe, what to do — zh and en.

Codes are part of the wire contract: they are added, never renamed. `ErrorCode` is generated into the app.
"""

from enum import StrEnum
from typing import Final, NamedTuple


class ErrorCode(StrEnum):
    """Stable on the wire."""

    # request level
    BAD_REQUEST = "bad_request"
    BODY_TOO_LARGE = "body_too_large"
    PROTOCOL_UNSUPPORTED = "protocol_unsupported"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    NOT_SIGNED_IN = "not_signed_in"
    ORIGIN_REFUSED = "origin_refused"
    TOO_MANY_TRIES = "too_many_tries"
    SERVER_ERROR = "server_error"
    STORAGE_FULL = "storage_full"
    DATABASE_AWAY = "database_away"
    # enrolment, people
    CODE_UNKNOWN = "code_unknown"
    CODE_EXPIRED = "code_expired"
    CODE_USED = "code_used"
    CODE_FOREIGN = "code_foreign"
    KEY_INVALID = "key_invalid"
    LOGIN_WRONG = "login_wrong"
    PIN_WRONG = "pin_wrong"
    PIN_WEAK = "pin_weak"
    CHALLENGE_EXPIRED = "challenge_expired"
    SIGNATURE_INVALID = "signature_invalid"
    DEVICE_UNKNOWN = "device_unknown"
    DEVICE_REVOKED = "device_revoked"
    DEVICE_WIPING = "device_wiping"
    APP_OUTDATED = "app_outdated"
    # sync
    HEAD_SIGNATURE_INVALID = "head_signature_invalid"
    CURSOR_FOREIGN = "cursor_foreign"
    ENTRY_ORDER = "entry_order"
    EPOCH_UNKNOWN = "epoch_unknown"
    # entries: why parked or refused
    ENTRY_UNREADABLE = "entry_unreadable"
    ENTRY_HASH_MISMATCH = "entry_hash_mismatch"
    ENTRY_PRIVATE_MISMATCH = "entry_private_mismatch"
    ENTRY_ID_REUSED = "entry_id_reused"
    ENTRY_WAITS = "entry_waits"
    ENTRY_SERVER_ERROR = "entry_server_error"
    ENTRY_DISMISSED = "entry_dismissed"
    ACTION_UNKNOWN = "action_unknown"
    ACTION_FORBIDDEN = "action_forbidden"
    ACTOR_NOT_ON_DEVICE = "actor_not_on_device"
    HANDOVER_CLOSED = "handover_closed"
    HANDOVER_INCOMPLETE = "handover_incomplete"
    RECORD_UNKNOWN = "record_unknown"
    STATE_ILLEGAL = "state_illegal"
    INCIDENT_CLOSED = "incident_closed"
    # blobs
    BLOB_TOO_LARGE = "blob_too_large"
    BLOB_HASH_MISMATCH = "blob_hash_mismatch"
    BLOB_OFFSET_WRONG = "blob_offset_wrong"
    BLOB_CHECKSUM_WRONG = "blob_checksum_wrong"
    BLOB_NOT_AN_IMAGE = "blob_not_an_image"
    BLOB_TOO_MANY_PIXELS = "blob_too_many_pixels"
    BLOB_TYPE_REFUSED = "blob_type_refused"
    UPLOAD_UNKNOWN = "upload_unknown"
    UPLOADS_TOO_MANY = "uploads_too_many"
    # import
    IMPORT_UNREADABLE = "import_unreadable"
    IMPORT_TOO_LARGE = "import_too_large"
    IMPORT_FOREIGN = "import_foreign"
    IMPORT_VERSION = "import_version"
    IMPORT_UNSIGNED = "import_unsigned"
    IMPORT_CONTRADICTS = "import_contradicts"
    IMPORT_INCOMPLETE = "import_incomplete"
    IMPORT_NO_ROOM = "import_no_room"


class Sentence(NamedTuple):
    """One thing said in both languages."""

    zh: str
    en: str


MESSAGES: Final[dict[ErrorCode, Sentence]] = {
    ErrorCode.BAD_REQUEST: Sentence(
        "请求内容无法识别，什么都没有改动。请更新应用后重试。",
        "The request could not be understood; nothing was changed. Update the app and try again.",
    ),
    ErrorCode.BODY_TOO_LARGE: Sentence(
        "一次发送的内容太大，什么都没有改动；设备会分批再发。",
        "Too much was sent at once; nothing was changed. The device will send it in smaller parts.",
    ),
    ErrorCode.PROTOCOL_UNSUPPORTED: Sentence(
        "应用版本与服务器不匹配，记录仍安全保存在本机。请更新应用。",
        "The app and the server speak different versions; your records are safe on this device. Update the app.",
    ),
    ErrorCode.NOT_FOUND: Sentence(
        "没有找到，或您无权查看。什么都没有改动。",
        "Not found, or not yours to see. Nothing was changed.",
    ),
    ErrorCode.FORBIDDEN: Sentence(
        "您的角色不能做这件事，什么都没有改动。请找主管处理。",
        "Your role may not do this; nothing was changed. Ask a manager.",
    ),
    ErrorCode.NOT_SIGNED_IN: Sentence(
        "登录已过期，记录仍安全保存在本机。请重新登录。",
        "You are no longer signed in; your records are safe on this device. Sign in again.",
    ),
    ErrorCode.ORIGIN_REFUSED: Sentence(
        "请求来自其他网站，已拒绝，什么都没有改动。请从本系统的页面操作。",
        "The request came from another site and was refused; nothing was changed. Use this system's own pages.",
    ),
    ErrorCode.TOO_MANY_TRIES: Sentence(
        "尝试次数太多，什么都没有改动。请稍等再试。",
        "Too many tries; nothing was changed. Wait a moment and try again.",
    ),
    ErrorCode.SERVER_ERROR: Sentence(
        "服务器出错，已签收的记录都在；未签收的仍在本机，会自动重试。",
        "The server failed. What it has acknowledged is safe; the rest is still on this device and will be retried.",
    ),
    ErrorCode.DATABASE_AWAY: Sentence(
        "服务器暂时连不上数据库，这次没有签收；已签收的记录都在，未签收的仍在本机，会自动重试。",
        "The server cannot reach its database just now and acknowledged nothing this time. What it has acknowledged is safe; the"
        " rest is still on this device and will be retried.",
    ),
    ErrorCode.STORAGE_FULL: Sentence(
        "服务器存储空间已满，记录仍安全保存在本机。请通知管理员。",
        "The server's storage is full; your records are safe on this device. Tell an administrator.",
    ),
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
    ErrorCode.INCIDENT_CLOSED: Sentence(
        "这项异常之前已经处理完毕，以先到的说法为准；你写的说明也保留着，不用再做什么。",
        "This incident had been closed before, and the first word stands; your note is kept, nothing more is to be done.",
    ),
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
}
