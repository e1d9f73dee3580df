"""What is exported, and where to."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.replies import ReplyServices

if TYPE_CHECKING:
    from chalicelib.reports.day_export import DayExport
    from chalicelib.reports.export_desk import ExportDesk
    from chalicelib.reports.exporter import Exporter
    from chalicelib.storage.export_files import ExportFiles


class ExportServices(ReplyServices):
    """What is exported, and where to."""

    @cached_property
    def export_files(self) -> ExportFiles:
        from chalicelib.storage.export_files import ExportFiles

        return ExportFiles(self._client("s3"), self.settings.export_files)

    @cached_property
    def exporter(self) -> Exporter:
        from chalicelib.reports.exporter import Exporter

        return Exporter(self.daybook, self.lists, self.vault, self.clock)

    @cached_property
    def export_desk(self) -> ExportDesk:
        from chalicelib.reports.export_desk import ExportDesk
        from chalicelib.storage.exports import Exports

        return ExportDesk(Exports(self.table), self.exporter, self.export_files, self.clock)

    @cached_property
    def day_export(self) -> DayExport:
        from chalicelib.reports.day_export import DayExport
        from chalicelib.storage.exported_days import ExportedDays

        return DayExport(self.daybook, self.export_files, ExportedDays(self.table), self.clock)
