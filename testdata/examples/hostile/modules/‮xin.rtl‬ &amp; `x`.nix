# a file that no import reaches, with a name that turns around
{ config, ... }: { services.rtl.text = config.my.names."‮txt.right-to-left‬"; }
