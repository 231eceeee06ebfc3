package org.jccl.sim.machine;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A machine: what NCCL's topology search and tuning model need to know about it.
 *
 * <p>Measured (H200, 2 to 4 GPUs behind NVSwitch, NCCL 2.28.9): rings, trees, channels, choices and
 * estimates of {@code h200-nvswitch} on one host. {@code h100-nvswitch} has the same links and
 * capability, hence by NCCL's sources the same results. Everything else is predicted from the
 * sources and unproven: 5 to 8 GPUs, {@code a100-nvswitch}, {@code h100-pcie}, several hosts.
 *
 * @param name for people, files and command lines
 * @param computeCapability for example 90
 * @param gpusPerHost GPUs in one host; larger worlds take several hosts
 * @param nvLinks NVLinks from each GPU to the NVSwitch; 0 for PCIe only
 * @param nvLinkGigabytes what NCCL counts for one NVLink, GB/s in one direction
 * @param pciGigabytes PCIe bandwidth of a GPU, GB/s in one direction
 * @param cardsPerHost network cards in one host; 0 if there is but one host
 * @param cardGigabytes bandwidth of a network card, GB/s in one direction
 * @param cardMicros latency that a network card reports, in microseconds
 * @param cpu who made the CPUs
 * @param multicast whether the NVSwitch may add (NVLS): then sums are not reproducible (DET-05)
 */
public record GpuProfile(
    String name,
    int computeCapability,
    int gpusPerHost,
    int nvLinks,
    float nvLinkGigabytes,
    float pciGigabytes,
    int cardsPerHost,
    float cardGigabytes,
    float cardMicros,
    Cpu cpu,
    boolean multicast) {
  private static final int MOST_GPUS = 64;
  private static final float MOST_GIGABYTES = 10_000;
  private static final GpuProfile H200 =
      new GpuProfile("h200-nvswitch", 90, 8, 18, 20.6f, 48, 8, 50, 0, Cpu.INTEL, false);
  private static final List<GpuProfile> BUILT_IN =
      List.of(
          H200,
          H200.named("h100-nvswitch"),
          new GpuProfile("a100-nvswitch", 80, 8, 12, 20, 24, 8, 25, 0, Cpu.AMD, false),
          new GpuProfile("h100-pcie", 90, 8, 0, 0, 48, 8, 50, 0, Cpu.INTEL, false));

  /** Who made a host's CPUs: between hosts NCCL's model depends on it. */
  public enum Cpu {
    /** Intel. */
    INTEL,
    /** AMD. */
    AMD,
    /** Anyone else. */
    OTHER
  }

  /** Refuses what no machine can be. */
  public GpuProfile {
    require(!name.isBlank(), name, "name", "'" + name + "'", "a name");
    within(name, "computeCapability", computeCapability, 60, 129);
    within(name, "gpusPerHost", gpusPerHost, 1, MOST_GPUS);
    within(name, "nvLinks", nvLinks, 0, 72);
    bandwidth(name, "nvLinkGigabytes", nvLinkGigabytes, nvLinks > 0);
    bandwidth(name, "pciGigabytes", pciGigabytes, true);
    within(name, "cardsPerHost", cardsPerHost, 0, gpusPerHost);
    bandwidth(name, "cardGigabytes", cardGigabytes, cardsPerHost > 0);
    require(
        cardMicros >= 0 && cardMicros <= 1e6,
        name,
        "cardMicros",
        Float.toString(cardMicros),
        "0 to 1000000");
    require(
        !multicast || (nvLinks > 0 && computeCapability >= 90),
        name,
        "multicast",
        "true",
        "false without NVLink or below compute capability 90");
  }

  private static void within(String name, String field, int value, int least, int most) {
    require(
        value >= least && value <= most,
        name,
        field,
        Integer.toString(value),
        least + " to " + most);
  }

  private static void bandwidth(String name, String field, float value, boolean needed) {
    boolean sane = value > 0 ? value <= MOST_GIGABYTES : value == 0 && !needed;
    String expected = (needed ? "more than 0" : "0 or more") + ", at most 10000 GB/s";
    require(sane, name, field, Float.toString(value), expected);
  }

  private static void require(
      boolean sane, String name, String field, String value, String expected) {
    if (!sane) {
      throw new IllegalArgumentException(
          "profile '%s': %s is %s, expected %s".formatted(name, field, value, expected));
    }
  }

  /**
   * {@return the built-in profile of that name}
   *
   * @param name a name
   * @throws IllegalArgumentException if there is none
   */
  public static GpuProfile of(String name) {
    Optional<GpuProfile> found =
        BUILT_IN.stream().filter(each -> each.name.equals(name)).findFirst();
    return found.orElseThrow(
        () ->
            new IllegalArgumentException(
                "no profile is called '%s'; there are %s"
                    .formatted(name, String.join(", ", names().toList()))));
  }

  /** {@return the names of the built-in profiles} */
  public static Stream<String> names() {
    return BUILT_IN.stream().map(GpuProfile::name);
  }

  /** {@return the machine that was measured} */
  public static GpuProfile h200() {
    return H200;
  }

  /**
   * {@return the same machine under another name}
   *
   * @param other what to compare with
   */
  public GpuProfile named(String other) {
    return copy(other, gpusPerHost, Math.min(cardsPerHost, gpusPerHost), multicast);
  }

  /**
   * {@return the same machine with another number of GPUs in each host, and at most as many cards}
   *
   * @param gpus GPUs in each host
   */
  public GpuProfile withGpusPerHost(int gpus) {
    return copy(name, gpus, Math.min(cardsPerHost, gpus), multicast);
  }

  /**
   * {@return the same machine with the switch's multicast on or off}
   *
   * @param on what issues the call
   */
  public GpuProfile withMulticast(boolean on) {
    return copy(name, gpusPerHost, cardsPerHost, on);
  }

  private GpuProfile copy(String newName, int gpus, int cards, boolean adds) {
    return new GpuProfile(
        newName,
        computeCapability,
        gpus,
        nvLinks,
        nvLinkGigabytes,
        pciGigabytes,
        cards,
        cardGigabytes,
        cardMicros,
        cpu,
        adds);
  }

  /** {@return whether GPUs are linked by an NVSwitch} */
  public boolean hasSwitch() {
    return nvLinks > 0;
  }

  /** {@return the bandwidth of all of a GPU's NVLinks, in GB/s} */
  public float switchGigabytes() {
    return nvLinks * nvLinkGigabytes;
  }

  /**
   * {@return how many hosts a world of {@code ranks} fills, one rank per GPU}
   *
   * @param ranks number of ranks
   */
  public int hosts(int ranks) {
    return (ranks + gpusPerHost - 1) / gpusPerHost;
  }

  /**
   * {@return the number of the host that has a GPU: the first one has GPUs 0 to {@code gpusPerHost}
   * - 1}
   *
   * @param gpu the GPU's number
   */
  public int hostOf(int gpu) {
    return gpu / gpusPerHost;
  }
}
