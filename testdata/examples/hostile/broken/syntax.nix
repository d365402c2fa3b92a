{ config, lib, ... }:
{
  # source-id: CFG.names.left
  services.broken.text = config.my.names.left
  services.after.text = config.my.names.right;
  services.list = [ 1 2 ;
  services.string = "${config.my.names.left";
}
