{ config, ... }:
let
  inherit (config.my.configs) locale;
in
{
  # source-id: CFG.locale.timeZone
  # sink: time.timeZone
  time.timeZone = locale.timeZone;

  i18n.defaultLocale = "en_GB.UTF-8";
  i18n.extraLocaleSettings = {
    LC_TIME = locale.language;
    LC_PAPER = locale.language;
    LC_MEASUREMENT = locale.language;
  };
  console.keyMap = "de";
}
