/** Where in a packet an IP datagram lies: a view that locateDatagram refills for every packet. */

const EMPTY = new Uint8Array(0);
const EMPTY_VIEW: DataView = new DataView(EMPTY.buffer);

export class Datagram {
  block: Uint8Array = EMPTY;
  view: DataView = EMPTY_VIEW;
  /** The datagram is `block[start]` up to `block[end - 1]`, with what the link may have added behind it. */
  start = 0;
  end = 0;
  /** Where the packet ended on the wire: beyond `end` where the snap length cut it. */
  wireEnd = 0;
  /** 4 or 6, as the link announces it. */
  version = 0;
  /** Of the outermost and the next VLAN tag, -1 without one. */
  vlan = -1;
  innerVlan = -1;
  /** Identifier of the virtual network that the innermost tunnel belongs to (VXLAN, GENEVE, GRE key), -1 without one. */
  network = -1;

  /** One number for VLANs and network: 0 outside of any, different for different ones as far as 32 bits go. */
  get domain(): number {
    const { vlan, innerVlan, network } = this;
    if (vlan < 0 && network < 0) return 0;
    return Math.imul(network + 2, 0x9e3779b1) ^ (((vlan + 1) << 13) | (innerVlan + 1));
  }
}
