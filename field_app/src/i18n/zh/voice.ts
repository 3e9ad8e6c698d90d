/** Chinese: voice notes. Neighbour: ../en/voice.ts. */
export const voice = {
  'voice.title': '语音备注',
  'voice.begin': '录语音',
  'voice.stop': '停止录音',
  'voice.running': '正在录音 {time}，最长 {most}',
  'voice.play': '播放语音 {time}',
  'voice.pause': '暂停语音',
  'voice.by': '{who} · {at}',
  'voice.drop': '删除这段语音',
  'voice.kept': '已录下',
  'voice.cutLength': '已到 {most}，录音停在这里，已保留；还要说就再录一段。',
  'voice.cutSize': '录音已到大小上限，停在这里，已保留；还要说就再录一段。',
  'voice.cutCall': '录音被来电或切换应用打断；已录的部分已保留，可以再录一段。',
  'voice.denied':
    '没有使用麦克风的权限，没有录音；其他内容都在。请在浏览器的网站设置里允许麦克风，或改用文字。',
  'voice.none': '这台设备没有可用的麦克风，没有录音；其他内容都在。请改用文字。',
  'voice.busy': '麦克风正被别的应用或通话占用，没有录音；其他内容都在。请结束通话后再试，或改用文字。',
  'voice.unable': '这个浏览器不能录音；其他内容都在。请改用文字。',
  'voice.empty': '没有录到声音，没有保存；其他内容都在。请再录一次，或改用文字。',
  'voice.full': '这里已有 {n} 段语音，不能再加；已有的都在。请改用文字。',
  'voice.away': '这段语音还没上传，或现在连不上；联网后再试。',
  'voice.inPlace': '见语音备注',
} as const;
