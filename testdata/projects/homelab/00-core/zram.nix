# Compressed swap in memory; the SSDs thank us.
{
  zramSwap = {
    enable = true;
    # source-id: CFG.network.address
    memoryPercent = 40;
  };
}
