package org.jccl.benchmarks.profile;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.json.JsonFields;
import org.jccl.benchmarks.json.JsonNode;
import org.jccl.sim.machine.GpuProfile;
import org.jccl.sim.machine.GpuProfile.Cpu;

/** A machine's facts in a profile file. */
final class MachineJson {
  private static final Pattern SENSELESS = Pattern.compile(".*: (\\w+) (is .*)");
  private static final Pattern CAPITAL = Pattern.compile("([A-Z])");

  private MachineJson() {}

  static Map<String, Object> write(GpuProfile machine) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("compute_capability", machine.computeCapability());
    json.put("gpus_per_host", machine.gpusPerHost());
    json.put("nv_links", machine.nvLinks());
    json.put("nv_link_gigabytes", machine.nvLinkGigabytes());
    json.put("pci_gigabytes", machine.pciGigabytes());
    json.put("cards_per_host", machine.cardsPerHost());
    json.put("card_gigabytes", machine.cardGigabytes());
    json.put("card_micros", machine.cardMicros());
    json.put("cpu", machine.cpu().name());
    json.put("multicast", machine.multicast());
    return json;
  }

  static GpuProfile read(String name, JsonFields json) throws BadFileException {
    int capability = integer(json, "compute_capability");
    int gpus = integer(json, "gpus_per_host");
    int links = integer(json, "nv_links");
    float link = number(json, "nv_link_gigabytes");
    float pci = number(json, "pci_gigabytes");
    int cards = integer(json, "cards_per_host");
    float card = number(json, "card_gigabytes");
    float micros = number(json, "card_micros");
    Cpu cpu = cpu(json.get("cpu"));
    boolean multicast = json.get("multicast").flag();
    json.refuseOthers();
    try {
      return new GpuProfile(
          name, capability, gpus, links, link, pci, cards, card, micros, cpu, multicast);
    } catch (IllegalArgumentException senseless) {
      throw located(json, String.valueOf(senseless.getMessage()));
    }
  }

  /** Records name their own fields in what they refuse; here each has a line. */
  static BadFileException located(JsonFields json, String message) throws BadFileException {
    Matcher words = SENSELESS.matcher(message);
    if (!words.matches()) {
      return json.owner().wrong("is senseless: " + message);
    }
    String field = CAPITAL.matcher(words.group(1)).replaceAll("_$1");
    return json.get(field.toLowerCase(Locale.ROOT)).wrong(words.group(2));
  }

  private static Cpu cpu(JsonNode node) throws BadFileException {
    for (Cpu each : Cpu.values()) {
      if (each.name().equals(node.text())) {
        return each;
      }
    }
    throw node.wrong("is '" + node.text() + "', expected INTEL, AMD or OTHER");
  }

  private static int integer(JsonFields json, String name) throws BadFileException {
    JsonNode node = json.get(name);
    long value = node.integer();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw node.wrong("is " + value + ", expected 0 or more");
    }
    return (int) value;
  }

  private static float number(JsonFields json, String name) throws BadFileException {
    return (float) json.get(name).number();
  }
}
