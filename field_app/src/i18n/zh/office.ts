/**
 * Chinese: the office's pages.
 *
 * Neighbour: ../en/office.ts. This side defines the keys and parameters; grammar of a text in ../translate.ts.
 */
export const office = {
  'office.board': '看板',
  'office.handovers': '交接',
  'office.approvals': '审批',
  'office.assets': '资产',
  'office.customers': '客户',
  'office.rentals': '租赁',
  'office.repairs': '维修',
  'office.conflicts': '冲突',
  'office.devices': '设备',
  'office.people': '人员',
  'office.signIn': '登录',
  'office.signOut': '退出',
  'office.name': '用户名',
  'office.password': '密码',

  'proof.entryOf': '第 {n} 条 / 共 {count} 条',
  'proof.chainOk': '链已核验',
  'proof.onItsWay': '还在路上：{photos} 张照片',

  'device.lastSeen': '最近在线',
  'device.unsent': '未上传',
  'device.version': '版本',
  'device.revoke': '停用设备',
  'device.enrol': '登记新设备',
} as const;
