package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jccl.MisuseKind;
import org.jccl.ResultCode;
import org.jccl.benchmarks.house.Repository;
import org.jccl.nccl.ffi.NativeAccess;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What docs/errors.md quotes is what somebody reads: jccl's words, CUDA's names, the JVM's. */
class ErrorsPageTest {
  /** Stands for what differs from case to case. */
  private static final String GAP = "…";

  private static final int JAVA_25 = 69;
  private static final String JVM_WORDS = "Words of the JVM itself:";
  private static final String MESSAGES = "| it says |";
  private static final Pattern FIRST_CELL = Pattern.compile("\\| `([^`]+)` \\|.*");
  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\\n]|\\\\.)*)\"");
  private static final Pattern CONCATENATED = Pattern.compile("\"\\s*\\+\\s*\"");
  private static final Pattern EXCEPTION = Pattern.compile("class (\\w+(?:Exception|Misuse)) ");
  private static final Pattern KIND =
      Pattern.compile("/\\*\\*((?:[^*]|\\*[^/])*)\\*/\\s*([A-Z_0-9]+)\\(Severity");

  private final String page = Repository.text("docs/errors.md");

  @Test
  void everyMessage_standsInASource() {
    Map<String, String> words = wordsOfTheSources();
    List<String> quotes = quotes(before(JVM_WORDS), MESSAGES);
    quotes.addAll(quotes(after(JVM_WORDS).split("\n## ", 2)[1], MESSAGES));
    assertThat(quotes).hasSizeGreaterThan(90);
    assertThat(quotes)
        .allSatisfy(
            quote ->
                assertThat(words.values())
                    .as("%s", quote)
                    .anyMatch(text -> parts(quote).stream().allMatch(text::contains)));
  }

  /** The parts between the gaps; one of them is long enough to be searched for. */
  private static List<String> parts(String quote) {
    List<String> parts =
        Stream.of(quote.split(GAP)).map(String::strip).filter(part -> !part.isEmpty()).toList();
    assertThat(parts).as("%s", quote).anyMatch(part -> part.length() >= 8);
    return parts;
  }

  /** What each file may print: its literals, those that are added to each other as one. */
  private static Map<String, String> wordsOfTheSources() {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("jccl", Repository.text("jccl"));
    Repository.texts(".java")
        .forEach(
            (file, text) -> {
              if (file.contains("src/main/")) {
                String whole = CONCATENATED.matcher(text).replaceAll("");
                StringBuilder literals = new StringBuilder();
                LITERAL
                    .matcher(whole)
                    .results()
                    .forEach(literal -> literals.append(literal.group(1)).append('\n'));
                words.put(file, literals.toString());
              }
            });
    return words;
  }

  @Test
  void wordsOfTheJvm_areItsWords() throws Exception {
    List<String> quotes = quotes(after(JVM_WORDS).split("\n## ", 2)[0], MESSAGES);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String path =
        Stream.of(NativeCaller.class, NativeAccess.class, MisuseKind.class)
            .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
            .map(place -> Path.of(URI.create(place.toString())).toString())
            .distinct()
            .collect(Collectors.joining(File.pathSeparator));
    String said =
        said(java, "--add-modules", "jdk.incubator.vector", "-version")
            + said(java, "-cp", path, NativeCaller.class.getName())
            + "class file version "
            + classFileVersion()
            + ".0";
    assertThat(quotes).hasSize(3).allSatisfy(quote -> assertThat(said).contains(quote));
    assertThat(classFileVersion()).isEqualTo(JAVA_25);
  }

  private static String said(String... command) throws IOException {
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream out = child.getInputStream()) {
      return new String(out.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static int classFileVersion() throws IOException {
    String file = MisuseKind.class.getSimpleName() + ".class";
    try (InputStream in = MisuseKind.class.getResourceAsStream(file)) {
      DataInputStream data = new DataInputStream(in);
      data.readInt();
      data.readUnsignedShort();
      return data.readUnsignedShort();
    }
  }

  @Test
  void codesOfCuda_areCudas() throws Exception {
    List<String> codes = quotes(page, "| code | why |");
    assertThat(codes).hasSizeGreaterThan(10);
    Class<?> known = Class.forName("jcuda.runtime.cudaError");
    for (String code : codes) {
      assertThat(known.getField(code).getInt(null)).as("%s", code).isPositive();
    }
  }

  @Test
  void everyResultCode_hasItsAdvice() {
    String advice =
        CONCATENATED
            .matcher(Repository.text("api/src/main/java/org/jccl/spi/Advice.java"))
            .replaceAll("");
    for (ResultCode code : ResultCode.values()) {
      Matcher row = Pattern.compile("\\| `" + code + "` \\| `([^`]+)` \\|").matcher(page);
      assertThat(row.find()).as("%s", code).isTrue();
      String cases = advice.substring(advice.indexOf("of(ResultCode code) {"));
      String from = cases.substring(cases.indexOf(code.name()));
      assertThat(LITERAL.matcher(from).results().findFirst().orElseThrow().group(1))
          .as("%s", code)
          .isEqualTo(row.group(1));
    }
  }

  @Test
  void everyException_hasARow() {
    Set<String> ours = new TreeSet<>();
    Repository.texts(".java")
        .forEach(
            (file, text) -> {
              Matcher declared = EXCEPTION.matcher(text);
              if (file.matches("(api|sim-impl|nccl-impl/.*)/src/main/.*")
                  && text.contains("public ")
                  && declared.find()
                  && file.endsWith("/" + declared.group(1) + ".java")) {
                ours.add(declared.group(1));
              }
            });
    assertThat(new TreeSet<>(quotes(page, "| exception |"))).isEqualTo(ours);
  }

  @Test
  void everyKindOfReport_hasARowAndAnExplanation() {
    Map<String, String> meanings = new LinkedHashMap<>();
    KIND.matcher(Repository.text("api/src/main/java/org/jccl/MisuseKind.java"))
        .results()
        .forEach(kind -> meanings.put(kind.group(2), meaning(kind)));
    for (MisuseKind kind : MisuseKind.values()) {
      String severity = kind.severity().name().toLowerCase(Locale.ROOT);
      assertThat(page)
          .contains(
              "| `./jccl explain %s` | %s | %s |"
                  .formatted(kind, severity, meanings.get(kind.name())));
      StringWriter out = new StringWriter();
      CommandLine jccl = Main.commandLine().setOut(new PrintWriter(out));
      assertThat(jccl.execute("explain", kind.name())).as("%s", kind).isZero();
      assertThat(out.toString()).as("%s", kind).contains("SIM-");
    }
  }

  /** Its documentation without the rules. */
  private static String meaning(MatchResult kind) {
    String text = kind.group(1).replaceAll("\\n\\s*\\*", " ").replaceAll("\\s+", " ").strip();
    return text.replaceAll(" \\(SIM-[^)]*\\)", "");
  }

  @Test
  void pagesThatLeadHere_do() {
    assertThat(Repository.text("README.md")).contains("docs/errors.md");
    assertThat(Repository.text("docs/nccl-on-gpus.md")).contains("errors.md");
  }

  private String before(String line) {
    return page.substring(0, page.indexOf(line));
  }

  private String after(String line) {
    return page.substring(page.indexOf(line) + line.length());
  }

  /** The first cells of all tables whose heading begins like this. */
  private static List<String> quotes(String text, String heading) {
    List<String> quotes = new ArrayList<>();
    boolean isIn = false;
    for (String line : text.lines().toList()) {
      Matcher cell = FIRST_CELL.matcher(line);
      if (line.startsWith(heading)) {
        isIn = true;
      } else if (!line.startsWith("|")) {
        isIn = false;
      } else if (isIn && cell.matches()) {
        quotes.add(cell.group(1));
      }
    }
    return quotes;
  }
}
