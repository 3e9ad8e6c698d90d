"""Actions: the kinds of entries, with typed arguments. One file per business area.

`ACTIONS` maps (name, version) → class. An action also declares its optimistic effect. A new version of an action is a
new class under the next version number; old ones stay for ever.
"""

from typing import Final

from schemas.actions.assets import AssetLock
from schemas.actions.base import Action
from schemas.actions.basedata import (
    AssetDefine,
    ContractTextDefine,
    CustomerDefine,
    DepotDefine,
    OrganisationDefine,
    PackDefine,
    PersonDefine,
    RentalDefine,
    TaskDefine,
)
from schemas.actions.conflicts import ConflictDecide, EntryRatify, EntryReject
from schemas.actions.customers import CustomerBlock, RentalCancel
from schemas.actions.damages import DamageRecord, DamageRetract
from schemas.actions.devices import DeviceEnrol, DeviceInvite, DeviceLost, DeviceRevoke, DeviceWipe, GapRelease
from schemas.actions.handovers import (
    AccessoryReport,
    CheckoutComplete,
    HandoverAbandon,
    HandoverStart,
    PhotoAdd,
    PhotoRetract,
    PhotoWaive,
    ReadingRecord,
    ReturnComplete,
)
from schemas.actions.incidents import IncidentClose
from schemas.actions.organisation import OrganisationPolicy
from schemas.actions.people import PersonErase
from schemas.actions.quarantine import QuarantineAdmit, QuarantineDismiss
from schemas.actions.signatures import SignatureCapture
from schemas.actions.tasks import TaskCancel, TaskNote, TaskReassign, TaskRemove

ACTIONS: Final[dict[tuple[str, int], type[Action]]] = {
    (model.action, model.v): model
    for model in (
        HandoverStart, HandoverAbandon, PhotoAdd, PhotoRetract, PhotoWaive, ReadingRecord, AccessoryReport,
        DamageRecord, DamageRetract, SignatureCapture, CheckoutComplete, ReturnComplete,
        DeviceInvite, DeviceRevoke, DeviceWipe, DeviceLost, DeviceEnrol, GapRelease, IncidentClose,
        OrganisationPolicy, PersonErase, QuarantineAdmit, QuarantineDismiss,
        ConflictDecide, EntryRatify, EntryReject,
        AssetLock, CustomerBlock, RentalCancel, TaskReassign, TaskCancel, TaskRemove, TaskNote,
        OrganisationDefine, DepotDefine, PersonDefine, PackDefine, AssetDefine, CustomerDefine, ContractTextDefine,
        RentalDefine, TaskDefine,
    )
}  # fmt: skip

__all__ = ["ACTIONS", "Action"]
