/**
 * English: the glossary's words: every enumerated value of the records has its word here, keyed `group.value`.
 *
 * Neighbour: ../zh/domain.ts. The keys are exactly the Chinese ones: a missing or extra one is a type error.
 */
import type { domain as zh } from '../zh/domain';

export const domain: Readonly<Record<keyof typeof zh, string>> = {
  'word.asset': 'Asset',
  'word.customer': 'Customer',
  'word.rental': 'Rental',
  'word.signature': 'Signature',
  'word.reservation': 'Reservation',
  'word.depot': 'Depot',
  'word.device': 'Device',
  'word.person': 'Person',
  'word.plate': 'Plate',
  'word.meter': 'Reading',
  'word.photos': 'Photos',
  'word.entry': 'Record',
  'word.bay': 'Bay',
  'word.returnState': 'Condition of the returned vehicle',

  'acceptance.intact': 'Intact',
  'acceptance.minor_damage': 'Minor damage',
  'acceptance.severe_damage': 'Severe damage',

  'acceptanceNote.intact': 'As it was handed out',
  'acceptanceNote.minor_damage': 'May be rented on',
  'acceptanceNote.severe_damage': 'Out of use, repair opened',

  'role.technician': 'Technician',
  'role.driver': 'Driver',
  'role.service_desk': 'Service desk',
  'role.operations': 'Operations',
  'role.finance': 'Finance',
  'role.manager': 'Manager',
  'role.administrator': 'Administrator',
  'role.customer': 'Customer',
  'role.system': 'System',

  'damageType.scratch': 'Scratch',
  'damageType.dent': 'Dent',
  'damageType.crack': 'Crack',
  'damageType.missing': 'Missing part',
  'damageType.stain': 'Stain',
  'damageType.deformation': 'Deformation',

  'meter.odometer': 'Odometer',
  'meter.fuel': 'Fuel',
  'meter.battery': 'Battery',
  'meter.hours': 'Operating hours',
  'meter.shutter': 'Shutter count',

  'slot.front': 'Front',
  'slot.left': 'Left side',
  'slot.right': 'Right side',
  'slot.rear': 'Rear',
  'slot.cabin': 'Cabin',
  'slot.cargo': 'Cargo space',
  'slot.dial': 'Dial',
  'slot.tyre': 'Tyre',
  'slot.damage_wide': 'Damage, wide',
  'slot.damage_close': 'Damage, close',
  'slot.body': 'Body',
  'slot.lens': 'Lens',
  'slot.case': 'Case',
  'slot.overall': 'Overall',
  'slot.serial': 'Serial number',

  'slotShort.front': 'Front',
  'slotShort.left': 'Left',
  'slotShort.right': 'Right',
  'slotShort.rear': 'Rear',
  'slotShort.cabin': 'Cabin',
  'slotShort.cargo': 'Cargo',
  'slotShort.dial': 'Dial',
  'slotShort.tyre': 'Tyre',

  'claimState.proposed': 'Proposed',
  'claimState.accepted': 'Accepted',
  'claimState.disputed': 'Disputed',
  'claimState.reinspected': 'Re-inspected',
  'claimState.decided': 'Decided',
  'claimState.charged': 'Charged',
  'claimState.waived': 'Waived',

  'assurance.l1': 'Signature L1',
  'assurance.l2': 'Signature L2',
  'assurance.l3': 'Signature L3',

  'depositState.paid': 'Deposit paid',
  'depositState.open': 'Deposit open',

  'assetState.available': 'Available',
  'assetState.out': 'On rent',
  'assetState.returned': 'Returned, to be checked',
  'assetState.blocked': 'Out of use',
  'assetState.retired': 'Retired',

  'rentalState.draft': 'Draft',
  'rentalState.approved': 'Approved',
  'rentalState.out': 'On rent',
  'rentalState.returned': 'Returned',
  'rentalState.closed': 'Closed',
  'rentalState.cancelled': 'Cancelled',

  'rentalDue.today': 'Due today',
  'rentalDue.soon': 'Due soon',
  'overdue.days': '{n} {n|day|days} overdue',
  'overdue.hours': '{n} {n|hour|hours} overdue',
  'overdue.minutes': '{n} min overdue',
  'rentalDue.overdue': 'Overdue',
  'rentalDue.partly_returned': 'Partly returned',

  'taskType.deliver': 'Deliver',
  'taskType.collect': 'Collect',
  'taskType.inspect': 'Inspect',
  'taskType.service': 'Service',
  'taskType.repair': 'Repair',
  'taskType.stock_take': 'Stock-take',
  'taskType.recover': 'Recover',

  'taskState.open': 'To do',
  'taskState.done': 'Done',
  'taskState.cancelled': 'Cancelled',

  'handoverType.check_out': 'Check-out',
  'handoverType.check_in': 'Check-in',
  'handoverType.transfer': 'Transfer',

  'handoverState.started': 'In progress',
  'handoverState.complete': 'Complete',
  'handoverState.abandoned': 'Abandoned',

  'damageState.open': 'Open',
  'damageState.repaired': 'Repaired',
  'damageState.retracted': 'Retracted',

  'sizeRange.under_5_cm': 'under 5 cm',
  'sizeRange.5_to_10_cm': '5–10 cm',
  'sizeRange.10_to_30_cm': '10–30 cm',
  'sizeRange.over_30_cm': 'over 30 cm',
  'sizeMeasured.mm': '{mm} mm measured',

  'damageAge.known': 'There at check-out',
  'damageAge.new': 'New this time',

  'decision.agree': 'Agreed',
  'decision.reservation': 'Agreed with reservation',
  'decision.refused': 'Refused to sign',
  'decision.absent': 'Customer absent',
  'decision.keys_dropped': 'Keys dropped off',

  'party.customer': 'Customer',
  'party.staff': 'Our staff',
  'party.receiver': 'Receiver',

  'signerRole.owner': 'Owner',
  'signerRole.driver': 'Driver',
  'signerRole.site_manager': 'Site manager',
  'signerRole.other': 'Other',
  'signerRole.staff': 'Our staff',

  'authority.self': 'In person',
  'authority.entrusted': 'Authorised',
  'authority.unknown': 'Authority unknown',

  'photoHow.still': 'Still capture',
  'photoHow.frame': 'Video frame',
  'photoHow.file': 'File',

  'photoSource.camera': 'Live camera',
  'photoSource.gallery': 'Gallery',

  'accessoryState.present': 'Present',
  'accessoryState.missing': 'Missing',
  'accessoryState.damaged': 'Damaged',

  'outcome.applied': 'Applied',
  'outcome.merged': 'Merged',
  'outcome.conflict': 'Conflict',
  'outcome.refused': 'Kept without effect',
  'outcome.parked': 'Kept, waiting',
  'outcome.held': 'Kept, waiting for earlier ones',
  'outcome.quarantined': 'Kept in quarantine',

  'entryState.pending': 'Waiting to upload',
  'entryState.sending': 'Uploading',
  'entryState.received': 'Acknowledged',

  'deviceType.field': 'Field device',
  'deviceType.office': 'Office',
  'deviceType.client': 'Program',
  'deviceType.system': 'System',

  'deviceState.active': 'Active',
  'deviceState.revoked': 'Revoked',
  'deviceState.replaced': 'Replaced',
  'deviceState.wiping': 'Being wiped',
  'deviceState.wiped': 'Wiped',

  'customerType.company': 'Company',
  'customerType.person': 'Person',

  'tier.good': 'Good',
  'tier.normal': 'Normal',
  'tier.watch': 'Watched',

  'customerState.blocked': 'Blocked',

  'view.front': 'Front',
  'view.left': 'Left',
  'view.right': 'Right',
  'view.rear': 'Rear',
  'view.top': 'Top',
  'view.cab': 'Controls',
  'view.engine': 'Engine bay',

  'gatePolicy.strict': 'Upload everything first',
  'gatePolicy.records': 'Upload records first',
  'gatePolicy.grace': 'Grace period',
};
