"""Passwords, accounts and invitations: a way into the office."""

from typing import Final

from schemas.errors.codes import ErrorCode
from schemas.errors.sentence import Sentence

MESSAGES: Final[dict[ErrorCode, Sentence]] = {
    ErrorCode.PASSWORD_WEAK: Sentence(
        "这个密码太容易猜到，没有设置。请换一个：至少 10 个字符，不要用常见的密码或用户名，也不要和原来的一样。",
        "This password is too easy to guess and was not set. Choose another: at least 10 characters, no common password, not "
        "the user name, not the one you had.",
    ),
    ErrorCode.PASSWORD_GIVEN: Sentence(
        "这是管理员给的初始密码，还没有登录。请先设一个自己的密码。",
        "This is the password an administrator gave you; you are not signed in yet. Choose one of your own first.",
    ),
    ErrorCode.PASSWORD_EXPIRED: Sentence(
        "管理员给的初始密码已过期，没有登录，什么都没有改动。请管理员重新给一个。",
        "The password an administrator gave you has expired; nothing was changed. Ask for a new one.",
    ),
    ErrorCode.USERNAME_TAKEN: Sentence(
        "这个用户名已有人使用，什么都没有改动。请换一个。",
        "That user name is taken; nothing was changed. Choose another.",
    ),
    ErrorCode.ACCOUNT_UNFIT: Sentence(
        "这个人已离职，或没有办公室里的角色，没有开通登录。请先改他的角色；现场人员只需要 PIN。",
        "This person has left, or has no role in the office, so no sign-in was set up. Change their roles first; in the field a "
        "PIN is enough.",
    ),
    ErrorCode.JOIN_UNKNOWN: Sentence(
        "邀请链接不正确或已经用过，什么都没有改动。请直接登录，或请管理员重新邀请。",
        "This invitation is not known or was used already; nothing was changed. Sign in, or ask an administrator for a new one.",
    ),
    ErrorCode.JOIN_EXPIRED: Sentence(
        "邀请链接已过期，什么都没有改动。请管理员重新邀请。",
        "This invitation has expired; nothing was changed. Ask an administrator for a new one.",
    ),
}
