/**
 * Chinese: the field app's screens.
 *
 * Neighbour: ../en/field.ts. This side defines the keys and parameters; grammar of a text in ../translate.ts.
 */
export const field = {
  'today.title': '今天',
  'today.scan': '扫码开始',
  'today.overdue': '已逾期',
  'today.morning': '上午',
  'today.afternoon': '下午',
  'today.later': '之后',
  'today.empty': '今天没有任务',
  'today.emptyText': '派给您的任务会出现在这里。也可以直接扫码开始。',
  'today.overdueBy': '逾期 {days} 天',

  'gate.title': '先上传，再开工',
  'gate.sending': '正在上传 {entries} 条记录 · {photos} 张照片',
  'gate.entries': '条记录',
  'gate.photos': '张照片',
  'gate.left': '约 {time}',
  'gate.connect': '请连接Wi-Fi重试',
  'gate.safe': '记录都安全地保存在这台设备里。',
  'gate.retryIn': '{seconds} 秒后自动重试。',
  'gate.finish': '完成未结束的交接',
  'gate.signed': '服务器已签收',
  'gate.waiting': '等待',

  'scan.title': '扫码',
  'scan.aim': '对准资产上的二维码',
  'scan.type': '手动输入',
  'scan.torch': '手电',

  'shot.of': '{at} / {count} {slot}',
  'shot.align': '对齐橙色轮廓（交付时 {date} 拍摄）',
  'shot.overlap': '重叠',
  'shot.damage': '有损坏',
  'shot.take': '拍照',

  'damage.title': '标记损坏',
  'damage.type': '类型',
  'damage.severity': '程度',
  'damage.photos': '照片',
  'damage.wide': '远景',
  'damage.close': '近景',
  'damage.new': '本次新增',
  'damage.known': '交付时已有',

  'customer.title': '请您确认',
  'customer.agree': '同意',
  'customer.reserve': '有异议，保留意见',
  'customer.refuse': '拒绝签名',
  'customer.finish': '完成签名',
  'customer.signAs': '签名 · {role}',
  'customer.leave': '离开需要员工 PIN',

  'final.hold': '按住确认归还',

  'sync.title': '同步中心',
  'sync.export': '导出文件',

  'enrol.title': '登记这台设备',
  'enrol.scan': '扫描办公室给的二维码',
  'enrol.type': '输入登记码',
  'enrol.setPin': '设置 PIN',

  'pin.title': '输入 PIN',
} as const;
