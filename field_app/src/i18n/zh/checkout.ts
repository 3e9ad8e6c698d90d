/**
 * Chinese: what a check-out says otherwise than a check-in; laid over checkin.ts while one is on the screen.
 *
 * Neighbours: checkin.ts has the keys and their parameters, ../en/checkout.ts the same in English.
 */
export const checkout = {
  'wizard.abandon': '放弃这次交付',
  'wizard.abandonTitle': '放弃这次交付？',
  'wizard.abandonText': '已拍的照片和读数会保留在记录里，但这次交付不再继续。',
  'wizard.opening': '正在打开这次交付…',

  'changed.text':
    '已记录的都在，不会丢。还没交给客户就先停下，问一下办公室；已经交了就照常做完，会记在您名下。',

  'meters.last': '{value} {unit}（上次）',
  'meters.below': '比上次少 {gap}',

  'shots.align': '对齐上次的画面（{date}）',
  'shots.ghost': '上次的画面',
  'shots.ghostOn': '显示上次的画面',
  'shots.ghostNone': '没有以前的照片可对照',
  'shots.ghostAway': '上次的画面还没下载，联网后自动出现',

  'damages.known': '已有 {n} 处',
  'damages.same': '没有新损坏，附件齐全',
  'damages.sameOnly': '没有新损坏',
  'damages.noneKnown': '没有已知的损坏',
  'damages.before': '上次 {date}',
  'damages.after': '现在 {date}',
  'damages.onlyNow': '没有以前的照片，只有这次的',
  'compare.before': '上次',
  'compare.after': '现在',

  'acceptanceNote.intact': '没有损坏',
  'acceptanceNote.minor_damage': '有记录在案的小损坏',
  'acceptanceNote.severe_damage': '不宜交付，先问办公室',

  'review.damages': '这次发现的损坏',
  'review.state': '车辆交付状态',
  'review.hold': '按住确认交付：{state}',
  'review.compare': '上次与现在对比',

  'pass.backText': '确认的状态会作废，需要重新确认。',

  'customer.asset': '交付车辆',
  'customer.state': '车辆交付状态',
  'customer.before': '上次 {value}',
  'customer.damages': '这次看到的损坏',
  'customer.noDamages': '没有新看到的损坏',
  'customer.knownDamages': '交付前已有 {n} 处，不由您承担：',
  'customer.terms': '交付条款',

  'staff.finish': '签名，完成交付',
  'staff.complete': '完成交付',

  'receipt.title': '交付完成',
  'receipt.qrText': '交付回执',
};
