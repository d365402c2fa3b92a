{ config, ... }:
{
  services.quoted.text = config.my.names."]]>";
}
