# meta:
#   title: Kernel hardening
#   owner: mira
#   status: parked
#   layer: 90-policy
#   summary: Lockdown, no module loading after boot, strict sysctls.

{ config, lib, ... }:
let
  inherit (config.my.configs.network) lanInterface;
in
{
  security.lockKernelModules = true;
  security.protectKernelImage = true;
  boot.kernel.sysctl = {
    "kernel.kptr_restrict" = 2;
    "kernel.yama.ptrace_scope" = 2;
    "net.core.bpf_jit_harden" = 2;
    # source-id: CFG.network.lanInterface
    "net.ipv4.conf.${lanInterface}.rp_filter" = 1;
  };
  security.sudo.execWheelOnly = lib.mkForce true;
}
