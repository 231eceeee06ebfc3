package org.jccl.sim.algo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jccl.sim.cost.Lines;
import org.jccl.sim.machine.GpuProfile;
import org.junit.jupiter.api.Test;

/** {@link TopologySearch} against recordings (2 to 4 H200) and NCCL's search re-run in Python. */
class TopologySearchTest {
  private static final int VERSION = 22809;
  private static final TopologySearch H200 = new TopologySearch(GpuProfile.h200(), VERSION);

  private static String chain(Tree tree) {
    StringBuilder text = new StringBuilder().append(tree.root());
    for (int at = tree.root(); tree.children(at) > 0; ) {
      assertEquals(1, tree.children(at));
      at = tree.child(at, 0);
      text.append(',').append(at);
    }
    return text.toString();
  }

  private static String graph(TopologyGraph graph) {
    return "%dx%.0f".formatted(graph.channels(), graph.intraGigabytes());
  }

  @Test
  void findsWhatNcclFindsBehindAnNvSwitch() {
    List<String[]> lines = Lines.of(TopologySearchTest.class, "searched-topologies.txt");
    assertEquals(14, lines.size());
    for (String[] line : lines) {
      GpuProfile profile = GpuProfile.of("80".equals(line[0]) ? "a100-nvswitch" : "h100-nvswitch");
      int n = Integer.parseInt(line[1]);
      Topology found = new TopologySearch(profile, VERSION).find(n, ChannelLimits.none());
      String at = String.join(" ", line);
      assertEquals(Integer.parseInt(line[2]), found.channels(), at);
      assertEquals(line[3] + " " + line[4], graph(found.ring()) + " " + graph(found.tree()), at);
      for (int[] ring : found.rings()) {
        assertArrayEquals(IntStream.range(0, n).toArray(), ring, at);
        assertSame(found.rings().getFirst(), ring, "equal rings share one array");
      }
      for (String run : Arrays.copyOfRange(line, 5, line.length)) {
        String[] parts = run.split("[-:]");
        for (int c = Integer.parseInt(parts[0]); c <= Integer.parseInt(parts[1]); c++) {
          assertEquals(parts[2], chain(found.trees().get(c)), at);
        }
      }
    }
  }

  @Test
  void limitsCutFirstAndRepeatThen() {
    assertEquals(5, H200.find(2, new ChannelLimits(1, 5, 64)).channels());
    assertEquals(4, H200.find(2, new ChannelLimits(1, 64, 64).below(4)).channels());
    assertEquals(4, H200.find(2, new ChannelLimits(32, 64, 4)).channels(), "TOPO-06");
    Topology more = H200.find(2, new ChannelLimits(32, 64, 64));
    assertEquals(32, more.channels());
    assertEquals("0,1", chain(more.trees().get(29)), "channel 29 is channel 5 again");
    assertEquals("1,0", chain(more.trees().get(30)), "channel 30 is channel 6 again");
    Topology cut = H200.find(2, new ChannelLimits(9, 7, 64));
    assertEquals(9, cut.channels());
    assertEquals("1,0", chain(cut.trees().get(6)));
    assertEquals("0,1", chain(cut.trees().get(7)), "channel 7 is channel 0 again");
  }

  /** Predicted: the ring that DGX H100 logs show for two hosts. */
  @Test
  void twoHostsChangeCards() {
    Topology found = H200.find(16, ChannelLimits.none());
    assertEquals(2, found.hosts());
    assertEquals(16, found.channels());
    assertArrayEquals(
        new int[] {0, 7, 6, 5, 4, 3, 2, 1, 9, 10, 11, 12, 13, 14, 15, 8}, found.rings().get(0));
  }

  @Test
  void everyRankIsOnceInEveryRingAndTree() {
    for (String name : GpuProfile.names().toList()) {
      for (int n : new int[] {2, 7, 9, 16, 17, 24, 40, 100}) {
        Topology found =
            new TopologySearch(GpuProfile.of(name), VERSION).find(n, ChannelLimits.none());
        for (int[] ring : found.rings()) {
          assertEquals(0, ring[0]);
          assertEquals(n, Arrays.stream(ring).distinct().count());
        }
        for (Tree tree : found.trees()) {
          assertEquals(n, count(tree, tree.root()), name + " " + n);
        }
      }
    }
  }

  private static int count(Tree tree, int rank) {
    int count = 1;
    for (int i = 0; i < tree.children(rank); i++) {
      count += count(tree, tree.child(rank, i));
    }
    return count;
  }

  @Test
  void aThousandHostsAreOneSearch() {
    Topology found = H200.find(16_384, ChannelLimits.none());
    assertEquals(2048, found.hosts());
    assertEquals(16, found.channels());
    assertSame(found.rings().get(0), found.rings().get(8));
  }

  @Test
  void severalHostsNeedCards() {
    GpuProfile lonely =
        new GpuProfile("lonely", 90, 8, 18, 20.6f, 48, 0, 0, 0, GpuProfile.Cpu.INTEL, false);
    TopologySearch search = new TopologySearch(lonely, VERSION);
    assertEquals(24, search.find(8, ChannelLimits.none()).channels());
    Exception refused =
        assertThrows(IllegalArgumentException.class, () -> search.find(9, ChannelLimits.none()));
    assertTrue(String.valueOf(refused.getMessage()).contains("cardsPerHost is 0"));
  }

  @Test
  void senselessProfilesAreRefusedByFieldAndValue() {
    Exception refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new GpuProfile("odd", 90, 8, 18, -1, 48, 8, 50, 0, GpuProfile.Cpu.INTEL, false));
    assertEquals(
        "profile 'odd': nvLinkGigabytes is -1.0, expected more than 0, at most 10000 GB/s",
        refused.getMessage());
    assertThrows(IllegalArgumentException.class, () -> GpuProfile.of("h300"));
    assertThrows(IllegalArgumentException.class, () -> GpuProfile.h200().withGpusPerHost(0));
    assertThrows(
        IllegalArgumentException.class, () -> GpuProfile.of("a100-nvswitch").withMulticast(true));
  }

  /** Measured on 4 H200 with splits that turn the ranks around. */
  @Test
  void insideAHost_ringsAndChainsGoByRank_whateverTheDevices() {
    Topology turned =
        new TopologySearch(GpuProfile.h200(), 22809)
            .find(new int[] {3, 2, 1, 0}, ChannelLimits.none());
    assertArrayEquals(new int[] {0, 1, 2, 3}, turned.rings().getFirst());
    assertEquals(0, turned.trees().getFirst().root());
  }
}
