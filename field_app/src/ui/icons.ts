/**
 * The closed list of icons: one family (lucide, ISC licence), drawn with 2.4 px strokes by Icon.svelte.
 *
 * Neighbour: Icon.svelte. Invariant: only what is named here is bundled; names say the meaning, not the drawing, so
 * that one meaning has one picture everywhere.
 */
import IALargeSmall from '@lucide/svelte/icons/a-large-small';
import IAperture from '@lucide/svelte/icons/aperture';
import IArrowDownWideNarrow from '@lucide/svelte/icons/arrow-down-wide-narrow';
import IArrowLeftRight from '@lucide/svelte/icons/arrow-left-right';
import IArrowUp from '@lucide/svelte/icons/arrow-up';
import IArrowUpNarrowWide from '@lucide/svelte/icons/arrow-up-narrow-wide';
import IArrowUpRight from '@lucide/svelte/icons/arrow-up-right';
import IBatteryMedium from '@lucide/svelte/icons/battery-medium';
import ICalendar from '@lucide/svelte/icons/calendar';
import ICamera from '@lucide/svelte/icons/camera';
import ICheck from '@lucide/svelte/icons/check';
import IChevronDown from '@lucide/svelte/icons/chevron-down';
import IChevronLeft from '@lucide/svelte/icons/chevron-left';
import IChevronRight from '@lucide/svelte/icons/chevron-right';
import IChevronUp from '@lucide/svelte/icons/chevron-up';
import ICircle from '@lucide/svelte/icons/circle';
import ICircleAlert from '@lucide/svelte/icons/circle-alert';
import ICircleDot from '@lucide/svelte/icons/circle-dot';
import IClipboardCheck from '@lucide/svelte/icons/clipboard-check';
import IClock from '@lucide/svelte/icons/clock';
import ICloudOff from '@lucide/svelte/icons/cloud-off';
import IColumns2 from '@lucide/svelte/icons/columns-2';
import IContrast from '@lucide/svelte/icons/contrast';
import IDelete from '@lucide/svelte/icons/delete';
import IDownload from '@lucide/svelte/icons/download';
import IEllipsis from '@lucide/svelte/icons/ellipsis';
import IEye from '@lucide/svelte/icons/eye';
import IFileText from '@lucide/svelte/icons/file-text';
import IFlag from '@lucide/svelte/icons/flag';
import IFlashlight from '@lucide/svelte/icons/flashlight';
import IForklift from '@lucide/svelte/icons/forklift';
import IFuel from '@lucide/svelte/icons/fuel';
import IGauge from '@lucide/svelte/icons/gauge';
import IGitCompareArrows from '@lucide/svelte/icons/git-compare-arrows';
import IHourglass from '@lucide/svelte/icons/hourglass';
import IImage from '@lucide/svelte/icons/image';
import IInfo from '@lucide/svelte/icons/info';
import IKeyRound from '@lucide/svelte/icons/key-round';
import IKeyboard from '@lucide/svelte/icons/keyboard';
import ILanguages from '@lucide/svelte/icons/languages';
import ILayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import ILink from '@lucide/svelte/icons/link';
import IListChecks from '@lucide/svelte/icons/list-checks';
import IListFilter from '@lucide/svelte/icons/list-filter';
import ILock from '@lucide/svelte/icons/lock';
import ILockOpen from '@lucide/svelte/icons/lock-open';
import ILogOut from '@lucide/svelte/icons/log-out';
import IMapPin from '@lucide/svelte/icons/map-pin';
import IMessageSquare from '@lucide/svelte/icons/message-square';
import IMic from '@lucide/svelte/icons/mic';
import IMinus from '@lucide/svelte/icons/minus';
import IMoon from '@lucide/svelte/icons/moon';
import IOctagonX from '@lucide/svelte/icons/octagon-x';
import IPackage from '@lucide/svelte/icons/package';
import IPenLine from '@lucide/svelte/icons/pen-line';
import IPhone from '@lucide/svelte/icons/phone';
import IPlus from '@lucide/svelte/icons/plus';
import IPrinter from '@lucide/svelte/icons/printer';
import IQrCode from '@lucide/svelte/icons/qr-code';
import IReceiptText from '@lucide/svelte/icons/receipt-text';
import IRefreshCw from '@lucide/svelte/icons/refresh-cw';
import IScanLine from '@lucide/svelte/icons/scan-line';
import ISearch from '@lucide/svelte/icons/search';
import ISettings from '@lucide/svelte/icons/settings';
import IShare from '@lucide/svelte/icons/share';
import IShieldCheck from '@lucide/svelte/icons/shield-check';
import ISmartphone from '@lucide/svelte/icons/smartphone';
import ISun from '@lucide/svelte/icons/sun';
import ISunMoon from '@lucide/svelte/icons/sun-moon';
import ITrash2 from '@lucide/svelte/icons/trash-2';
import ITriangleAlert from '@lucide/svelte/icons/triangle-alert';
import ITruck from '@lucide/svelte/icons/truck';
import IUndo from '@lucide/svelte/icons/undo';
import IUndo2 from '@lucide/svelte/icons/undo-2';
import IUser from '@lucide/svelte/icons/user';
import IUsers from '@lucide/svelte/icons/users';
import IVolume2 from '@lucide/svelte/icons/volume-2';
import IWarehouse from '@lucide/svelte/icons/warehouse';
import IWifiOff from '@lucide/svelte/icons/wifi-off';
import IWrench from '@lucide/svelte/icons/wrench';
import IX from '@lucide/svelte/icons/x';

export const ICONS = {
  scan: IScanLine,
  camera: ICamera,
  check: ICheck,
  cross: IX,
  warn: ITriangleAlert,
  info: IInfo,
  alert: ICircleAlert,
  stop: IOctagonX,
  upload: IArrowUp,
  cloudOff: ICloudOff,
  wifiOff: IWifiOff,
  sync: IRefreshCw,
  clock: IClock,
  hourglass: IHourglass,
  checkIn: IUndo2,
  checkOut: IArrowUpRight,
  transfer: IArrowLeftRight,
  back: IChevronLeft,
  next: IChevronRight,
  down: IChevronDown,
  up: IChevronUp,
  plus: IPlus,
  minus: IMinus,
  torch: IFlashlight,
  pen: IPenLine,
  undo: IUndo,
  trash: ITrash2,
  search: ISearch,
  filter: IListFilter,
  truck: ITruck,
  cameraKit: IAperture,
  machine: IForklift,
  box: IPackage,
  user: IUser,
  users: IUsers,
  wrench: IWrench,
  calendar: ICalendar,
  file: IFileText,
  download: IDownload,
  export: IShare,
  printer: IPrinter,
  settings: ISettings,
  pin: IMapPin,
  shield: IShieldCheck,
  link: ILink,
  lock: ILock,
  unlock: ILockOpen,
  keyboard: IKeyboard,
  qr: IQrCode,
  image: IImage,
  backspace: IDelete,
  sortUp: IArrowUpNarrowWide,
  sortDown: IArrowDownWideNarrow,
  more: IEllipsis,
  board: ILayoutDashboard,
  inbox: IClipboardCheck,
  list: IListChecks,
  conflict: IGitCompareArrows,
  device: ISmartphone,
  half: IContrast,
  full: ICircleDot,
  eye: IEye,
  mic: IMic,
  logout: ILogOut,
  languages: ILanguages,
  sun: ISun,
  moon: IMoon,
  auto: ISunMoon,
  text: IALargeSmall,
  phone: IPhone,
  message: IMessageSquare,
  gauge: IGauge,
  fuel: IFuel,
  battery: IBatteryMedium,
  key: IKeyRound,
  flag: IFlag,
  rental: IReceiptText,
  depot: IWarehouse,
  compare: IColumns2,
  sound: IVolume2,
  dot: ICircle,
} as const;

export type IconName = keyof typeof ICONS;
