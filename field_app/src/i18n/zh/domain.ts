/**
 * Chinese: the glossary's words: every enumerated value of the records has its word here, keyed `group.value`.
 *
 * Neighbour: ../en/domain.ts. This side defines the keys and parameters; grammar of a text in ../translate.ts.
 */
export const domain = {
  'word.asset': '资产',
  'word.customer': '客户',
  'word.rental': '租赁单',
  'word.signature': '签名',
  'word.reservation': '保留意见',
  'word.depot': '网点',
  'word.device': '设备',
  'word.person': '人员',
  'word.plate': '车牌',
  'word.meter': '读数',
  'word.photos': '照片',
  'word.entry': '记录',
  'word.bay': '库位',
  'word.returnState': '车辆归还状态',

  'acceptance.intact': '完好',
  'acceptance.minor_damage': '轻微损坏',
  'acceptance.severe_damage': '严重损坏',

  'acceptanceNote.intact': '与交付时一致',
  'acceptanceNote.minor_damage': '可继续出租',
  'acceptanceNote.severe_damage': '停用，开维修单',

  'role.technician': '技术员',
  'role.driver': '司机',
  'role.service_desk': '客服',
  'role.operations': '运维',
  'role.finance': '财务',
  'role.manager': '主管',
  'role.administrator': '管理员',
  'role.customer': '客户',
  'role.system': '系统',

  'damageType.scratch': '划痕',
  'damageType.dent': '凹陷',
  'damageType.crack': '破裂',
  'damageType.missing': '缺件',
  'damageType.stain': '污渍',
  'damageType.deformation': '变形',

  'meter.odometer': '里程',
  'meter.fuel': '油量',
  'meter.battery': '电量',
  'meter.hours': '工作小时',
  'meter.shutter': '快门次数',

  'slot.front': '正面',
  'slot.left': '左侧',
  'slot.right': '右侧',
  'slot.rear': '后面',
  'slot.cabin': '驾驶室',
  'slot.cargo': '货厢',
  'slot.dial': '仪表',
  'slot.tyre': '轮胎',
  'slot.damage_wide': '损坏远景',
  'slot.damage_close': '损坏近景',
  'slot.body': '机身',
  'slot.lens': '镜头',
  'slot.case': '箱体',
  'slot.overall': '整体',
  'slot.serial': '序列号',

  'slotShort.front': '前',
  'slotShort.left': '左',
  'slotShort.right': '右',
  'slotShort.rear': '后',
  'slotShort.cabin': '内',
  'slotShort.cargo': '厢',
  'slotShort.dial': '表',
  'slotShort.tyre': '胎',

  'claimState.proposed': '已提出',
  'claimState.accepted': '客户认可',
  'claimState.disputed': '客户异议',
  'claimState.reinspected': '已复检',
  'claimState.decided': '已裁定',
  'claimState.charged': '已收取',
  'claimState.waived': '已免除',

  'assurance.l1': '签名 L1',
  'assurance.l2': '签名 L2',
  'assurance.l3': '签名 L3',

  'depositState.paid': '押金已收',
  'depositState.open': '押金未收',

  'assetState.available': '可出租',
  'assetState.out': '出租中',
  'assetState.returned': '已归还，待验收',
  'assetState.blocked': '停用',
  'assetState.retired': '已退役',

  'rentalState.draft': '草稿',
  'rentalState.approved': '已批准',
  'rentalState.out': '出租中',
  'rentalState.returned': '已归还',
  'rentalState.closed': '已结清',
  'rentalState.cancelled': '已取消',

  'rentalDue.today': '今日到期',
  'rentalDue.soon': '即将到期',
  'overdue.days': '逾期 {n} 天',
  'overdue.hours': '逾期 {n} 小时',
  'overdue.minutes': '逾期 {n} 分钟',
  'rentalDue.overdue': '已逾期',
  'rentalDue.partly_returned': '部分归还',

  'taskType.deliver': '交付',
  'taskType.collect': '归还',
  'taskType.inspect': '巡检',
  'taskType.service': '保养',
  'taskType.repair': '维修',
  'taskType.stock_take': '盘点',
  'taskType.recover': '收回',

  'taskState.open': '待办',
  'taskState.done': '已完成',
  'taskState.cancelled': '已取消',

  'handoverType.check_out': '交付',
  'handoverType.check_in': '归还',

  'handoverState.started': '进行中',
  'handoverState.complete': '已完成',
  'handoverState.abandoned': '已放弃',

  'damageState.open': '未修复',
  'damageState.repaired': '已修复',
  'damageState.retracted': '已撤回',

  'sizeRange.under_5_cm': '5 厘米以内',
  'sizeRange.5_to_10_cm': '5–10 厘米',
  'sizeRange.10_to_30_cm': '10–30 厘米',
  'sizeRange.over_30_cm': '30 厘米以上',
  'sizeMeasured.mm': '量得 {mm} 毫米',

  'damageAge.known': '交付时已有',
  'damageAge.new': '本次新增',

  'decision.agree': '同意',
  'decision.reservation': '有保留意见',
  'decision.refused': '拒绝签名',
  'decision.absent': '客户不在场',
  'decision.keys_dropped': '只留下钥匙',

  'party.customer': '客户',
  'party.staff': '本公司员工',

  'signerRole.owner': '负责人',
  'signerRole.driver': '司机',
  'signerRole.site_manager': '现场负责人',
  'signerRole.other': '其他人员',
  'signerRole.staff': '本公司员工',

  'authority.self': '本人',
  'authority.entrusted': '受托',
  'authority.unknown': '授权不明',

  'photoHow.still': '拍照',
  'photoHow.frame': '视频帧',
  'photoHow.file': '文件',

  'photoSource.camera': '现场拍摄',
  'photoSource.gallery': '相册',

  'accessoryState.present': '齐全',
  'accessoryState.missing': '缺少',
  'accessoryState.damaged': '损坏',

  'outcome.applied': '已生效',
  'outcome.merged': '已合并',
  'outcome.conflict': '有冲突',
  'outcome.refused': '未生效，已保留',
  'outcome.parked': '已保存，等待处理',
  'outcome.held': '已保存，等前面的记录',
  'outcome.quarantined': '已隔离保存',

  'entryState.pending': '等待上传',
  'entryState.sending': '正在上传',
  'entryState.received': '服务器已签收',

  'deviceType.field': '现场设备',
  'deviceType.office': '办公室',
  'deviceType.client': '接口程序',
  'deviceType.system': '系统',

  'deviceState.active': '使用中',
  'deviceState.revoked': '已停用',
  'deviceState.replaced': '已更换',
  'deviceState.wiping': '正在清空',
  'deviceState.wiped': '已清空',

  'customerType.company': '公司',
  'customerType.person': '个人',

  'tier.good': '优质',
  'tier.normal': '普通',
  'tier.watch': '关注',

  'customerState.blocked': '已列入黑名单',

  'view.front': '正面',
  'view.left': '左侧',
  'view.right': '右侧',
  'view.rear': '后面',
  'view.top': '顶部',
  'view.cab': '操纵台',
  'view.engine': '发动机舱',

  'gatePolicy.strict': '先上传全部',
  'gatePolicy.records': '先上传记录',
  'gatePolicy.grace': '宽限',
} as const;
