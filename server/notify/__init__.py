"""What is to be looked after and who hears of it: causes of alerts, recipients, the outbox, the channels."""
