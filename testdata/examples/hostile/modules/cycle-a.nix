{ config, ... }:
{
  imports = [ ./cycle-b.nix ];
  my.names.left = config.my.names.right;
}
