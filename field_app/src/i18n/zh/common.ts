/**
 * Chinese: the components' own words and the words every screen shares.
 *
 * Neighbour: ../en/common.ts. This side defines the keys and parameters; grammar of a text in ../translate.ts.
 */
export const common = {
  'common.save': '保存',
  'common.continue': '继续',
  'common.saveContinue': '保存，继续',
  'common.cancel': '取消',
  'common.close': '关闭',
  'common.back': '返回',
  'common.done': '完成',
  'common.next': '下一步',
  'common.retry': '重试',
  'common.retryNow': '现在重试',
  'common.edit': '修改',
  'common.delete': '删除',
  'common.add': '添加',
  'common.clear': '清除',
  'common.undo': '撤销',
  'common.search': '搜索',
  'common.export': '导出',
  'common.print': '打印',
  'common.yes': '是',
  'common.no': '否',
  'common.all': '全部',
  'common.none': '无',
  'common.more': '更多',
  'common.details': '详情',
  'common.open': '打开',
  'common.loading': '正在打开…',
  'common.saved': '已保存',
  'common.required': '必填',
  'common.optional': '选填',
  'common.unknown': '未知',
  'common.today': '今天',
  'common.total': '合计',
  'common.language': '语言',
  'common.and': '和',
  'common.of': '{at} / {count}',

  'truth.ok': '全部已上传',
  'truth.unsent': '未上传',
  'truth.sending': '正在上传',
  'truth.offline': '无网络，未上传',
  'truth.offlineOk': '无网络，全部已上传',
  'truth.entries': '{n} 项',
  'truth.photos': '{n} 张照片',
  'truth.open': '查看同步中心',

  'steps.at': '第 {at} 步，共 {count} 步',
  'steps.done': '{count} 步全部完成',

  'stage.done': '已完成',
  'stage.now': '进行中',
  'stage.next': '未开始',
  'stage.stopped': '已退回',

  'hold.hint': '按住不放，直到填满',
  'hold.keepHolding': '继续按住',
  'hold.left': '继续按住 {seconds} 秒',

  'notice.safe': '是否安全',
  'notice.todo': '怎么办',
  'notice.code': '代码 {code}',

  'pad.delete': '删除一位',
  'pad.clear': '全部清除',
  'pad.last': '上次 {value}',

  'pin.entered': '已输入 {n} 位，共 {length} 位',
  'pin.wait': '连错次数过多，{seconds} 秒后可再试',
  'pin.waitSafe': '记录都安全地保存在这台设备里。',
  'pin.checking': '正在核对…',

  'sign.here': '请在此签名',
  'sign.again': '重签',
  'sign.empty': '还没有签名',
  'sign.drawn': '已签名',

  'compare.label': '前后对比，左右拖动',
  'compare.before': '交付',
  'compare.after': '归还',
  'compare.at': '后图显示 {percent}%',

  'table.sortUp': '按{column}升序',
  'table.sortDown': '按{column}降序',
  'table.empty': '没有符合条件的内容',
  'table.rows': '{n} 行',

  'nav.main': '主导航',
  'nav.more': '更多',
  'nav.count': '{n} 项待处理',
  'nav.skip': '跳到内容',

  'qr.alt': '二维码：{label}',

  'theme.title': '显示',
  'theme.light': '浅色',
  'theme.dark': '深色',
  'theme.auto': '跟随设备',
  'theme.normal': '标准字号',
  'theme.large': '大字号',
  'theme.ground': '底色',
  'theme.size': '字号',

  'toast.region': '提示',

  'confirm.second': '我已核对，确认无误',

  'unit.km': 'km',
  'unit.percent': '%',
  'unit.hours': '小时',
  'unit.cm': '厘米',
} as const;
