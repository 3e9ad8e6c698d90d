"""Actions: the kinds of entries, with typed arguments. One file per business area.

`ACTIONS` maps (name, version) → class. An action also declares its optimistic effect. A new version of an action is a
new class under the next version number; old ones stay for ever.
"""

from typing import Final

from schemas.actions.alerts import AlertRuleDefine, AlertRuleEdit, PersonNotify
from schemas.actions.assets import AssetEdit, AssetLock, AssetRestore, AssetRetire
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
from schemas.actions.custom_fields import CustomFieldDefine, CustomFieldRetire
from schemas.actions.customers import ACTIONS as CUSTOMERS
from schemas.actions.damages import DamageRecord, DamageRetract
from schemas.actions.depots import DepotClose, DepotEdit, DepotReopen
from schemas.actions.devices import DeviceEnrol, DeviceInvite, DeviceLost, DeviceRevoke, DeviceRoster, DeviceWipe, GapRelease
from schemas.actions.faults import AssetRetag, FaultClose, FaultForget, FaultPlan, FaultReport
from schemas.actions.gate import GateRuleEdit
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
from schemas.actions.notices import NoticeAddressSet, NoticeRetry
from schemas.actions.organisation import OrganisationPlanning, OrganisationPolicy
from schemas.actions.packs import PackCopy, PackEdit
from schemas.actions.people import PersonAccess, PersonEdit, PersonErase, PersonLeave, PersonReturn
from schemas.actions.pricing import ACTIONS as PRICING
from schemas.actions.quarantine import QuarantineAdmit, QuarantineDismiss
from schemas.actions.rentals import ACTIONS as RENTALS
from schemas.actions.sheets import RecordRetract
from schemas.actions.signatures import SignatureCapture
from schemas.actions.stock import ACTIONS as STOCK
from schemas.actions.tasks import (
    TaskAccept,
    TaskAttempt,
    TaskCancel,
    TaskDone,
    TaskEdit,
    TaskNote,
    TaskPhoto,
    TaskPlan,
    TaskReassign,
    TaskRemove,
    TaskReopen,
    TaskStart,
)
from schemas.actions.todos import TodoDismiss, TodoDone, TodoHandOn, TodoOpen, TodoReopen
from schemas.actions.transfers import TransferComplete, TransferStart
from schemas.actions.voices import VoiceAdd

ACTIONS: Final[dict[tuple[str, int], type[Action]]] = {
    (model.action, model.v): model
    for model in (
        HandoverStart, HandoverAbandon, PhotoAdd, PhotoRetract, PhotoWaive, ReadingRecord, AccessoryReport,
        DamageRecord, DamageRetract, SignatureCapture, CheckoutComplete, ReturnComplete,
        TransferStart, TransferComplete,
        DeviceInvite, DeviceRevoke, DeviceWipe, DeviceLost, DeviceEnrol, GapRelease, IncidentClose,
        OrganisationPolicy, PersonErase, QuarantineAdmit, QuarantineDismiss,
        ConflictDecide, EntryRatify, EntryReject,
        FaultReport, FaultPlan, FaultClose, FaultForget, AssetRetag,
        AssetLock, AssetEdit, AssetRetire, AssetRestore, CustomFieldDefine, CustomFieldRetire,
        TaskReassign, TaskCancel, TaskReopen, TaskRemove, TaskNote,
        TodoOpen, TodoHandOn, TodoDone, TodoDismiss, TodoReopen, AlertRuleDefine, AlertRuleEdit, PersonNotify,
        NoticeAddressSet, NoticeRetry,
        GateRuleEdit, OrganisationPlanning, TaskPlan, TaskEdit, TaskAccept, TaskStart, TaskDone, TaskPhoto, TaskAttempt,
        OrganisationDefine, DepotDefine, PersonDefine, PackDefine, AssetDefine, CustomerDefine, ContractTextDefine,
        RentalDefine, TaskDefine, *CUSTOMERS, *RENTALS, *PRICING, *STOCK,
        PersonEdit, PersonLeave, PersonReturn, PersonAccess, DepotEdit, DepotClose, DepotReopen, DeviceRoster, PackEdit,
        PackCopy,
        RecordRetract, VoiceAdd,
    )
}  # fmt: skip

__all__ = ["ACTIONS", "Action"]
