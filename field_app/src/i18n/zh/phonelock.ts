/**
 * Chinese: the phone's own lock; loaded where it is offered.
 *
 * Neighbours: ../en/phonelock.ts, ../phonelock.ts (its door). This side defines the keys and parameters.
 */
export const phonelock = {
  'phonelock.title': '用手机自己的锁解锁',
  'phonelock.text': '指纹或面容，只在这台手机上，没有网络也能用。PIN 一直可以用。',
  'phonelock.choose': '开启指纹或面容',
  'phonelock.drop': '不再使用',
  'phonelock.on': '已开启',
  'phonelock.unlock': '用指纹或面容解锁',
  'phonelock.finish': '用指纹或面容完成',
  'phonelock.usePin': '用 PIN',
  'phonelock.cancelled': '没有完成。可以再试一次，或输入 PIN。',
  'phonelock.refused': '手机的回答没有通过核对，请输入 PIN。',
  'phonelock.ended': '您的 PIN 已被重置，请先输入 PIN，再到「我的」里重新开启。',
} as const;
