# Every command of the project. The work is in server/setup (Python's standard library only); this file finds a Python for it.

# The first Python that is new enough and can make environments; else the first new enough; else python3, which says what is wrong.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHONS := python3 python3.13 python3.12 python3.11 python3.14
PY ?= $(shell \
  for p in $(PYTHONS); do "$$p" -c '$(NEW_ENOUGH)' 2>/dev/null && "$$p" -c 'import ensurepip, venv' 2>/dev/null && { echo "$$p"; exit; }; done; \
  for p in $(PYTHONS); do "$$p" -c '$(NEW_ENOUGH)' 2>/dev/null && { echo "$$p"; exit; }; done; \
  echo python3)

export PORT FRESH SEEDS LAN

COMMANDS := run test check e2e sim soak fmt types bench lock clean

.DEFAULT_GOAL := help
.PHONY: help $(COMMANDS)

$(COMMANDS):
	@command -v $(PY) >/dev/null 2>&1 || { \
	  echo "✗ setup_python_missing · 找不到 Python：需要 3.11 或更新版本；没有改动任何文件，请安装后再试。" >&2; \
	  echo "  No Python was found and 3.11 or newer is needed; nothing was changed: install it and try again." >&2; exit 2; }
	@$(PY) -m server.bootstrap $@

help:
	@echo "make run     启动演示系统 start the demo on http://localhost:8000   (PORT=8123, FRESH=1; LAN=1: 手机可用 for phones)"
	@echo "make test    全部检查与测试 everything, from nothing; ends in 'N passed, N failed'"
	@echo "make check   约一分钟的部分 the part of about a minute"
	@echo "make e2e     浏览器测试 the browser tests"
	@echo "make sim     模拟器 the simulator, from seeds   (SEEDS=1000)"
	@echo "make soak    长时间运行 the long runs: seeds, the phone's core, kills; each prints its counts"
	@echo "make fmt     整理格式 format and mend what a machine can"
	@echo "make types   重新生成 TypeScript 类型 regenerate the app's types from schemas/"
	@echo "make bench   性能测量 measure against the bare server and the machine"
	@echo "make lock    重新锁定依赖 resolve the lock files anew"
	@echo "make clean   删除可重建的文件 remove what can be made again (data/ stays)"
