/**
 * Chinese: failures the device itself meets: `<code>.what`, `.safe`, `.todo`. The server's codes carry their own sentences (generated from schemas/errors.py).
 *
 * Neighbour: ../en/errors.ts. This side defines the keys and parameters; grammar of a text in ../translate.ts.
 */
export const errors = {
  'error.network.what': '请连接Wi-Fi重试',
  'error.network.safe': '记录都安全地保存在这台设备里。',
  'error.network.todo': '应用会自动重试；也可以现在重试。',

  'error.server_away.what': '服务器没有应答',
  'error.server_away.safe': '记录都安全地保存在这台设备里。',
  'error.server_away.todo': '应用会自动重试；如果一直这样，请联系办公室。',

  'error.camera_denied.what': '浏览器不允许使用相机',
  'error.camera_denied.safe': '已拍的照片都在。',
  'error.camera_denied.todo': '请在浏览器设置里允许本应用使用相机，或手动输入编号。',

  'error.camera_missing.what': '没有找到可用的相机',
  'error.camera_missing.safe': '已拍的照片都在。',
  'error.camera_missing.todo': '请关闭其他使用相机的应用，或换一台设备。',

  'error.camera_lost.what': '相机被其他应用占用或中断',
  'error.camera_lost.safe': '已拍的照片都在。',
  'error.camera_lost.todo': '点击继续，相机会重新打开。',

  'error.photo_blurred.what': '这张照片不清晰',
  'error.photo_blurred.safe': '之前的照片都在。',
  'error.photo_blurred.todo': '请拿稳再拍一次；确实无法拍清时，说明原因后可使用。',

  'error.photo_dark.what': '这张照片太暗',
  'error.photo_dark.safe': '之前的照片都在。',
  'error.photo_dark.todo': '请打开手电再拍一次；确实无法更亮时，说明原因后可使用。',

  'error.storage_full.what': '这台设备的存储空间不够，新照片没有保存',
  'error.storage_full.safe': '以前的记录和照片都在。',
  'error.storage_full.todo': '请先上传，或清理设备上的其他内容。',

  'error.storage_low.what': '存储空间快用完了，还剩 {left}',
  'error.storage_low.safe': '记录和照片都在。',
  'error.storage_low.todo': '请尽快连接网络上传。',

  'error.storage_failed.what': '没能写入这台设备',
  'error.storage_failed.safe': '之前保存的都在；这一步没有保存。',
  'error.storage_failed.todo': '请再点一次；如果仍不行，请导出记录并联系办公室。',

  'error.not_persistent.what': '浏览器可能会清理本应用的数据',
  'error.not_persistent.safe': '现在记录都在。',
  'error.not_persistent.todo': '请把应用添加到主屏幕，并尽快上传。',

  'error.unsent_long.what': '有记录已 {days} 天没有上传',
  'error.unsent_long.safe': '记录现在都在这台设备里。',
  'error.unsent_long.todo': '请今天连接网络上传，以免系统清理。',

  'error.tag_unknown.what': '不认识这个二维码',
  'error.tag_unknown.safe': '什么都没有改动。',
  'error.tag_unknown.todo': '请扫描资产上的标签，或手动输入编号。',

  'error.tag_foreign.what': '这个二维码属于另一家公司',
  'error.tag_foreign.safe': '什么都没有改动。',
  'error.tag_foreign.todo': '请扫描本公司资产上的标签。',

  'error.asset_wrong.what': '这不是要找的资产：{found}',
  'error.asset_wrong.safe': '什么都没有改动。',
  'error.asset_wrong.todo': '要找的是 {wanted}，请再扫一次。',

  'error.asset_unknown.what': '这台设备里没有编号 {number}',
  'error.asset_unknown.safe': '什么都没有改动。',
  'error.asset_unknown.todo': '请核对编号；新资产要联网同步后才能找到。',

  'error.gate_closed.what': '还有记录没上传，暂时不能开始新的交接',
  'error.gate_closed.safe': '记录都安全地保存在这台设备里。',
  'error.gate_closed.todo': '先上传；已经开始的交接可以继续完成。',

  'error.pin_wrong.what': 'PIN 不正确',
  'error.pin_wrong.safe': '记录都在。',
  'error.pin_wrong.todo': '请重试，还可以试 {left} 次。',

  'error.clock_off.what': '这台设备的时间与服务器相差 {span}',
  'error.clock_off.safe': '记录按服务器时间校正，不会丢失。',
  'error.clock_off.todo': '请在系统设置里打开自动对时。',

  'error.signature_missing.what': '还没有签名',
  'error.signature_missing.safe': '已填的内容都在。',
  'error.signature_missing.todo': '请在框内签名，或选择其他情况。',

  'error.unknown.what': '出现了没有预料到的问题',
  'error.unknown.safe': '已保存的记录都在。',
  'error.unknown.todo': '请重试；如果再次出现，请把代码告诉办公室。',
} as const;
