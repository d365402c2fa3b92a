# café über alles: this file is Latin-1
{ config, ... }: { services.latin.text = config.my.names.left + "é"; }
