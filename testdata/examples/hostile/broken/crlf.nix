{ config, ... }:
{
  # source-id: CFG.names.left
  services.crlf.text = config.my.names.left;
}