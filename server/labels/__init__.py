"""Labels: sheets of QR tags as PDF, for printers on desks and on rolls."""
