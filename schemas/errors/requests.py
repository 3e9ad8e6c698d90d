"""What a request as a whole can meet."""

from typing import Final

from schemas.errors.codes import ErrorCode
from schemas.errors.sentence import Sentence

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
    ErrorCode.STORAGE_FULL: Sentence(
        "服务器存储空间已满，记录仍安全保存在本机。请通知管理员。",
        "The server's storage is full; your records are safe on this device. Tell an administrator.",
    ),
    ErrorCode.DATABASE_AWAY: Sentence(
        "服务器暂时连不上数据库，这次没有签收；已签收的记录都在，未签收的仍在本机，会自动重试。",
        "The server cannot reach its database just now and acknowledged nothing this time. What it has acknowledged is safe; the"
        " rest is still on this device and will be retried.",
    ),
}
