"""Failures that only a device can have: a stable code, what happened, what is safe, what to do — zh and en. Never on the wire.

Neighbours: `schemas/errors/` has those a server answers with; the app's own lie in `field_app/src/core/problems.ts` under the
same names where both can have them. Codes are added, never renamed: the command line prints them.
"""

from enum import StrEnum
from typing import Final

from schemas.errors import MESSAGES, ErrorCode, Sentence


class LocalCode(StrEnum):
    """Codes only a device can have."""

    NETWORK = "network"
    SERVER_AWAY = "server_away"
    STORAGE_FAILED = "storage_failed"
    DEVICE_FULL = "device_full"
    GATE_CLOSED = "gate_closed"
    NOT_ENROLLED = "not_enrolled"
    ALREADY_ENROLLED = "already_enrolled"
    FOLDER_BUSY = "folder_busy"
    PERSON_UNKNOWN = "person_unknown"
    ACTION_NOT_KNOWN = "action_not_known"
    ARGS_UNREADABLE = "args_unreadable"
    FILE_UNREADABLE = "file_unreadable"
    BLOB_CHANGED = "blob_changed"
    TOO_MUCH = "too_much"
    RECEIPT_INVALID = "receipt_invalid"
    JOURNAL_GAP = "journal_gap"
    ANSWER_UNREADABLE = "answer_unreadable"
    KEY_MISSING = "key_missing"
    DEVICE_WIPED = "device_wiped"


Code = ErrorCode | LocalCode

LOCAL_MESSAGES: Final[dict[LocalCode, Sentence]] = {
    LocalCode.NETWORK: Sentence(
        "连接不上服务器。记录都安全地保存在本机，会再次发送。请检查网络和地址。",
        "The server cannot be reached. Everything is safe on this device and will be sent later. Check network and address.",
    ),
    LocalCode.SERVER_AWAY: Sentence(
        "服务器没有应答。记录都安全地保存在本机，会再次发送。请稍后再试。",
        "The server does not answer. Everything is safe on this device and will be sent later. Try again in a while.",
    ),
    LocalCode.STORAGE_FAILED: Sentence(
        "没能写入本机，这一步没有保存；之前保存的都在。请再试一次；仍不行请导出记录并联系办公室。",
        "Writing to this device failed; this step is not saved, everything before it is. Try again; if it still fails, "
        "export and call the office.",
    ),
    LocalCode.DEVICE_FULL: Sentence(
        "本机存储空间不够，新内容没有保存；以前的都在。请先上传，或清理空间。",
        "This device is out of storage; the new content was not saved, all earlier is safe. Upload first, or free some space.",
    ),
    LocalCode.GATE_CLOSED: Sentence(
        "还有记录没上传，暂时不能开始新的交接；记录都在本机，已开始的可以继续。请先同步。",
        "Work is still waiting to be uploaded, so nothing new may start. It is safe here, and what has begun may go on. "
        "Synchronise first.",
    ),
    LocalCode.NOT_ENROLLED: Sentence(
        "这个文件夹里没有登记过的设备，什么都没有改动。请先用登记码登记。",
        "There is no enrolled device in this folder; nothing was changed. Enrol it with a code from the office first.",
    ),
    LocalCode.ALREADY_ENROLLED: Sentence(
        "这个文件夹里已有一台登记过的设备，什么都没有改动。请另选一个文件夹。",
        "This folder already holds an enrolled device; nothing was changed. Choose another folder.",
    ),
    LocalCode.FOLDER_BUSY: Sentence(
        "另一个程序正在使用这个文件夹，什么都没有改动。请等它结束再试。",
        "Another program is using this folder; nothing was changed. Wait until it has ended and try again.",
    ),
    LocalCode.PERSON_UNKNOWN: Sentence(
        "不知道是谁在操作，这一步没有保存；之前保存的都在。请指定名单里的一个人，并用 PIN 确认一次。",
        "Nobody of this device's roster is named as acting, so nothing was saved; everything before is safe. "
        "Name one of its people and confirm with a PIN once.",
    ),
    LocalCode.ACTION_NOT_KNOWN: Sentence(
        "这个版本不认识这种操作，没有保存；之前保存的都在。请核对名称，或更新程序。",
        "This version does not know that action; it was not saved, everything before is safe. Check its name, or update.",
    ),
    LocalCode.ARGS_UNREADABLE: Sentence(
        "内容不符合这种操作的要求，没有保存；之前保存的都在。请按 detail 指出的位置改正。",
        "The arguments do not fit this action; it was not saved, everything before is safe. Mend what `detail` points at.",
    ),
    LocalCode.FILE_UNREADABLE: Sentence(
        "文件读不出来，没有保存；之前保存的都在。请检查路径和权限。",
        "The file cannot be read; nothing was saved, everything before is safe. Check its path and permissions.",
    ),
    LocalCode.BLOB_CHANGED: Sentence(
        "本机保存的文件与它的哈希不符，无法发送；其他内容都在。请重新提供原件，或联系办公室。",
        "A file kept here no longer gives its hash and cannot be sent; everything else is safe. Supply the original again, "
        "or call the office.",
    ),
    LocalCode.TOO_MUCH: Sentence(
        "这一条内容太多，没有保存；之前保存的都在。请分几次记录。",
        "This is too much for one entry and was not saved; everything before it is safe. Record it in parts.",
    ),
    LocalCode.RECEIPT_INVALID: Sentence(
        "服务器的回执无法验证，本机没有删除任何内容。会再试；一直这样请联系办公室。",
        "The server's receipt could not be verified; nothing was removed from this device. Try again; "
        "if it goes on, call the office.",
    ),
    LocalCode.JOURNAL_GAP: Sentence(
        "服务器缺少这台设备早先的记录，本机也已没有，无法自动补上。新记录照常上传，由服务器保存。请导出记录并联系办公室。",
        "The server lacks earlier records of this device that are no longer here either. New ones still go up and are kept. "
        "Export your records and call the office.",
    ),
    LocalCode.ANSWER_UNREADABLE: Sentence(
        "服务器的应答读不懂，本机没有改动。会再试；一直这样请更新程序。",
        "The server's answer could not be read; nothing changed on this device. Try again; if it goes on, update.",
    ),
    LocalCode.KEY_MISSING: Sentence(
        "没有可用的公司密钥，无法导出；记录都在本机。请联网同步一次再导出。",
        "The organisation's key is not here, so nothing can be exported; everything is safe on this device. Synchronise once, "
        "then export.",
    ),
    LocalCode.DEVICE_WIPED: Sentence(
        "办公室已清空这台设备：全部内容都已上传，本机的记录和密钥已删除。要继续使用请重新登记。",
        "The office has wiped this device: all it had was uploaded, its journal and key are gone. Enrol it anew to go on.",
    ),
}


def sentence_of(code: Code) -> Sentence:
    """What a code means, in both languages."""
    return LOCAL_MESSAGES[code] if isinstance(code, LocalCode) else MESSAGES[code]
