/**
 * Failures a person meets, as one shape: the server's codes (generated) and those only a device can have.
 *
 * Neighbours: every file of the core throws `CoreError`; the screens show `problem`. Invariant: each local code says what
 * happened, what is safe and what to do, in both languages.
 */
import { ERROR_MESSAGES } from '../generated/errors';
import type { ErrorCode, Problem as WireProblem } from '../generated/types';

const LOCAL = {
  network: {
    zh: '请连接Wi-Fi重试。记录都安全地保存在这台设备里，应用会自动重试。',
    en: 'Connect to Wi-Fi and try again. Everything is safe on this device; the app keeps trying by itself.',
  },
  server_away: {
    zh: '服务器没有应答。记录都安全地保存在这台设备里，应用会自动重试。',
    en: 'The server does not answer. Everything is safe on this device; the app keeps trying by itself.',
  },
  captive_portal: {
    zh: '这个网络要先登录（网页认证），应答的不是我们的服务器。记录都安全地保存在这台设备里，应用会自动重试。请在浏览器里完成登录，或换一个网络。',
    en: 'This network wants a log-in first: it was not our server that answered. Everything is safe on this device; the app keeps trying by itself. Log in with the browser, or take another network.',
  },
  storage_failed: {
    zh: '没能写入这台设备，这一步没有保存；之前保存的都在。请再点一次；仍不行请导出记录并联系办公室。',
    en: 'Writing to this device failed; this step is not saved, everything before it is. Try again; if it still fails, export and call the office.',
  },
  device_full: {
    zh: '这台设备的存储空间不够，新内容没有保存；以前的记录和照片都在。请先上传，或清理设备上的其他内容。',
    en: 'This device is out of storage; the new content was not saved, all earlier records and photos are safe. Upload first, or free some space.',
  },
  gate_closed: {
    zh: '还有记录没上传，暂时不能开始新的交接；记录都在本机，已开始的交接可以继续。请连接Wi-Fi上传。',
    en: 'Work is still waiting to be uploaded, so nothing new may start. It is safe here, and a handover already begun may go on. Connect to Wi-Fi to upload.',
  },
  not_ready: {
    zh: '应用还没有准备好，这一步没有保存；之前保存的都在。请先解锁再试。',
    en: 'The app is not ready; this step is not saved, everything before it is. Unlock it and try again.',
  },
  unsent_work: {
    zh: '还有内容没有上传，不能退出；记录都在本机。请先连接网络上传。',
    en: 'Something is still waiting to be uploaded, so you cannot sign out; it is safe here. Connect and upload first.',
  },
  blob_changed: {
    zh: '文件内容与它的哈希不符，这一步没有保存；之前保存的都在。请重拍。',
    en: 'The file differs from its hash; this step is not saved, everything before it is. Take it again.',
  },
  too_much: {
    zh: '这一条内容太多，没有保存；之前保存的都在。请分几次记录。',
    en: 'This is too much for one entry and was not saved; everything before it is safe. Record it in parts.',
  },
  not_an_image: {
    zh: '这不是能打开的图片，没有保存；之前的照片都在。请重拍。',
    en: 'This is not a picture that can be opened and was not saved; earlier photos are safe. Take it again.',
  },
  receipt_invalid: {
    zh: '服务器的回执无法验证，本机没有删除任何内容。会自动重试；一直这样请联系办公室。',
    en: "The server's receipt could not be verified; nothing was removed from this device. It will retry; if it goes on, call the office.",
  },
  journal_gap: {
    zh: '服务器缺少这台设备早先的记录，本机也已没有，无法自动补上。新记录照常上传，由服务器保存，可以继续工作。请导出记录并联系办公室。',
    en: 'The server lacks earlier records of this device that are no longer here either. New ones still go up and are kept there, so you may go on working. Export your records and call the office.',
  },
  answer_unreadable: {
    zh: '服务器的应答读不懂，本机没有改动。会自动重试；一直这样请更新应用。',
    en: "The server's answer could not be read; nothing changed on this device. It will retry; if it goes on, update the app.",
  },
  key_missing: {
    zh: '没有可用的公司密钥，无法导出；记录都在本机。请联网同步一次再导出。',
    en: "The organisation's key is not here, so nothing can be exported; everything is safe on this device. Connect once, then export.",
  },
  insecure_page: {
    zh: '浏览器在此地址不提供加密功能，本机没有改动。请用 https 地址打开。',
    en: 'The browser offers no cryptography at this address; nothing was changed. Open the app by its https address.',
  },
} as const;

/** Codes only a device can have. */
export type LocalCode = keyof typeof LOCAL;

/** A failure for a person: the server's codes and the device's own. */
export type Problem = Omit<WireProblem, 'code'> & { code: ErrorCode | LocalCode };

const isLocal = (code: string): code is LocalCode => Object.hasOwn(LOCAL, code);

/** Whether nobody of ours was reached: what was asked is asked again later, and nothing follows from the failure. */
export function isAway(code: string): boolean {
  return code === 'network' || code === 'server_away' || code === 'captive_portal';
}

/** A problem from its code. */
export function problem(code: ErrorCode | LocalCode, detail: Record<string, unknown> = {}): Problem {
  const said = isLocal(code) ? LOCAL[code] : ERROR_MESSAGES[code];
  return { code, zh: said.zh, en: said.en, detail, retry_after_s: null };
}

/** Every rejection of the core. */
export class CoreError extends Error {
  readonly problem: Problem;

  constructor(what: Problem | ErrorCode | LocalCode, detail: Record<string, unknown> = {}) {
    const found = typeof what === 'string' ? problem(what, detail) : what;
    super(`${found.code}: ${found.en}`);
    this.name = 'CoreError';
    this.problem = found;
  }
}

/** The problem behind anything thrown; an unknown fault counts as `otherwise`. */
export function problemOf(fault: unknown, otherwise: ErrorCode | LocalCode): Problem {
  if (fault instanceof CoreError) return fault.problem;
  return problem(otherwise, {
    fault: fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault),
  });
}
