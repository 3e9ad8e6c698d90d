/**
 * Chinese: failures the device itself meets: `<code>.what`, `.safe`, `.todo`. The server's codes carry their own sentences (generated from schemas/errors/).
 *
 * Neighbour: ../en/errors.ts. This side defines the keys and parameters; grammar of a text in ../translate.ts.
 */
export const errors = {
  'error.camera_denied.what': '浏览器不允许使用相机',
  'error.camera_denied.safe': '已拍的照片都在。',
  'error.camera_denied.todo': '请在浏览器设置里允许本应用使用相机，或手动输入编号。',

  'error.camera_missing.what': '没有找到可用的相机',
  'error.camera_missing.safe': '已拍的照片都在。',
  'error.camera_missing.todo': '请关闭其他使用相机的应用，或换一台设备。',

  'error.camera_lost.what': '相机被其他应用占用或中断',
  'error.camera_lost.safe': '已拍的照片都在。',
  'error.camera_lost.todo': '点击继续，相机会重新打开。',
} as const;
