"""Every reason for which the set-up stops: one stable code, one sentence in Chinese and one in English.

Neighbours: `preflight`, `environment`, `system` and `commands` raise `SetupError`. Invariants: a sentence
says what happened, what is safe and what to do; a code, once published, keeps its meaning.
"""

from __future__ import annotations

FAILURES: dict[str, tuple[str, str]] = {
    "setup_port_invalid": (
        "端口“{port}”不是 1 到 65535 之间的数字；没有改动任何文件，请用 make run PORT=8123 这样的写法。",
        "Port '{port}' is not a number from 1 to 65535; nothing was changed: write it like make run PORT=8123.",
    ),
    "setup_port_taken": (
        "端口 {port} 已被另一个程序占用；没有改动任何文件，请关闭那个程序，或用 make run PORT={other} 换一个端口。",
        "Port {port} is taken by another program; nothing was changed: stop that program, or choose another"
        " port with make run PORT={other}.",
    ),
    "setup_port_forbidden": (
        "当前用户不能使用端口 {port}；没有改动任何文件，请换一个 1024 以上的端口，例如 make run PORT={other}。",
        "This user may not use port {port}; nothing was changed: choose one above 1024, for example make run PORT={other}.",
    ),
    "setup_folder_not_writable": (
        "当前用户不能写入文件夹 {folder}；没有改动任何文件，请换一个有写权限的用户或位置再试。",
        "This user cannot write to the folder {folder}; nothing was changed: use a user or a place with write"
        " access and try again.",
    ),
    "setup_no_space": (
        "{folder} 所在磁盘只剩 {free}，至少需要 {needed}；已有数据没有改动，请腾出空间后再试。",
        "The disk of {folder} has {free} free and {needed} are needed; existing data is untouched: free some"
        " space and try again.",
    ),
    "setup_venv_missing": (
        "这个 Python 缺少 venv 模块；没有改动任何文件，"
        "Debian/Ubuntu 请先运行 apt install python3-venv（或 python{version}-venv）。",
        "This Python lacks the venv module; nothing was changed: on Debian or Ubuntu run"
        " apt install python3-venv (or python{version}-venv) first.",
    ),
    "setup_venv_failed": (
        "无法建立 Python 环境；已有数据没有改动，请按下面的原因处理后再试（全文在 {log}）。",
        "The Python environment could not be made; existing data is untouched: mend the reason below"
        " (all of it in {log}) and try again.",
    ),
    "setup_packages_failed": (
        "Python 包安装失败；已有数据没有改动，请按下面的原因处理（常见的是网络）后再试（全文在 {log}）。",
        "Installing the Python packages failed; existing data is untouched: mend the reason below, often the"
        " network (all of it in {log}), and try again.",
    ),
    "setup_app_packages_failed": (
        "应用依赖安装失败；已有数据没有改动，请按下面的原因处理（常见的是网络）后再试（全文在 {log}）。",
        "Installing the app's packages failed; existing data is untouched: mend the reason below, often the"
        " network (all of it in {log}), and try again.",
    ),
    "setup_app_build_failed": (
        "应用构建失败；已有数据没有改动，请按下面的原因处理后再试（全文在 {log}）。",
        "Building the app failed; existing data is untouched: mend the reason below (all of it in {log}) and try again.",
    ),
    "setup_lock_failed": (
        "依赖锁定失败；已安装的环境没有改动，请按下面的原因处理后再试（全文在 {log}）。",
        "Resolving the lock files failed; what is installed is untouched: mend the reason below"
        " (all of it in {log}) and try again.",
    ),
    "setup_lock_unusable": (
        "新的 package-lock.json 在空文件夹中装不上；已安装的环境没有改动，请不要提交它（全文在 {log}）。",
        "The new package-lock.json does not install into an empty folder; what is installed is untouched:"
        " do not commit it (all of it in {log}).",
    ),
    "setup_system_parts_missing": (
        "测试需要的系统软件缺失：{names}；没有跳过任何测试，也没有改动数据，请以 root 运行 apt install {names} 后再试。",
        "The tests need system packages that are missing: {names}; nothing was skipped and no data touched:"
        " run apt install {names} as root and try again.",
    ),
}


class SetupError(Exception):
    """A reason to stop. `values` fill the sentences; `detail` is a tool's own words, shown below them."""

    def __init__(self, code: str, detail: str = "", **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.zh, self.en = (sentence.format(**values) for sentence in FAILURES[code])
        self.detail = detail

    def text(self) -> str:
        """What a person sees: the two sentences, then the detail."""
        lines = f"✗ {self.code} · {self.zh}\n  {self.en}"
        return f"{lines}\n\n{self.detail}" if self.detail else lines
