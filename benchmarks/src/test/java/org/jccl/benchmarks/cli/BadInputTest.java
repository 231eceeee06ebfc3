package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Whatever is wrong with a command line costs one line that says what, and exit code 2. */
class BadInputTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private void refuses(String line, String because) {
    CommandLine jccl = Main.commandLine();
    jccl.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    assertThat(jccl.execute(line.split(" +"))).as(line).isEqualTo(2);
    assertThat(err.toString()).as(line).hasLineCount(1).contains(because);
    assertThat(out.toString()).as(line).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bench --nonsense              | '--nonsense'
          bench extra                   | 'extra'
          bench --op foo                | 'foo'
          bench --op all_reduce,foo     | 'foo'
          bench --op                    | --op
          bench -d float128             | 'float128'
          bench -o mean                 | 'mean'
          bench -b 8Q                   | '8Q'
          bench -b 0                    | at least 1 byte
          bench -e x                    | 'x'
          bench -b 1M -e 1K             | below the smallest
          bench -f 1                    | at least 2
          bench -f x                    | 'x'
          bench -i 0                    | at least 1 byte
          bench -f 2 -i 8               | exclude each other
          bench -n 0                    | --iters
          bench -w -1                   | --warmup-iters
          bench -c 2                    | neither 0 nor 1
          bench -r -1                   | --root
          bench --ranks 0               | --ranks
          bench --ranks x               | 'x'
          bench --backend cuda          | cuda
          bench --backend sim -r 4      | --root
          bench --backend sim --op all_gather -b 1 -e 2 | --max-bytes
          bench --backend sim --ranks 2 --out /dev/null | is a file
          bench --backend sim --ranks 2 --out /proc/nowhere | cannot write
          run                           | CLASS
          run no.such.Program           | no.such.Program
          run -cp /no/such/place X      | /no/such/place
          run java.lang.String          | RankProgram
          run --ranks 0 org.jccl.benchmarks.cli.QuietProgram | --ranks
          run --backend sim --timeline /proc/nowhere/x org.jccl.benchmarks.cli.QuietProgram | cannot write
          run --backend sim --trace /proc/nowhere/x org.jccl.benchmarks.cli.QuietProgram | cannot write
          report                        | html, compare
          report html /no/such/x.json   | cannot read
          report trace /no/such/a /no/b | cannot read
          report status --tables /no/x  | no folder
          predict                       | --ranks
          predict --ranks 1             | --ranks
          predict --ranks x             | 'x'
          predict --ranks 4 --op foo    | 'foo'
          calibrate                     | --out
          calibrate --out /proc/nowhere/x | cannot write
          calibrate --out /tmp          | cannot write
          calibrate --out x.json --backend cuda | cuda
          calibrate --out x.json --backend sim --ranks 1 | at least 2
          calibrate --out x.json --backend sim --op foo | 'foo'
          calibrate --out x.json --backend sim --dtype float128 | 'float128'
          calibrate --out x.json --ranks x | 'x'
          calibrate --out x.json --profile y | neither a file
          calibrate --out x.json -e 0 | at least
          calibrate --out x.json --report /dev/null | is a file
          calibrate --out x.json --held-out /proc/nowhere/x | --held-out
          calibrate --out x.json --measured /no/such/report.json | cannot read
          predict --ranks 4 --dtype float128 | 'float128'
          predict --ranks 4 --profile h300 | h200-nvswitch,h100-nvswitch
          predict --ranks 4 --profile /dev/null | neither a file
          predict --ranks 4 -f 1        | at least 2
          predict --ranks 4 -b 1M -e 1K | below the smallest
          predict --ranks 4 -b 1 -e 2   | --max-bytes
          predict --ranks 4 -e 8 --json /proc/nowhere | cannot write
          predict --ranks 4 --measured /no/such/report.json | cannot read
          doctor --nonsense             | '--nonsense'
          verify --backend cuda         | cuda
          verify --rule COL-99          | COL-99
          verify --rule XYZ             | XYZ
          verify --rule 99              | '99'
          verify --rule VER-01 --out /proc/nowhere | cannot write
          verify extra                  | 'extra'
          verify --golden /no/such/place | '/no/such/place' is no folder
          verify --golden /tmp --rule COL | exclude each other
          verify --golden /tmp --backend nccl | on the simulator
          record                        | --out
          record --out /dev/null        | is a file
          record --out x --backend cuda | 'cuda'
          record --out x --ranks 0      | --ranks
          record --out x --ranks 9      | --ranks
          record --out x --ranks x      | 'x'
          record --out x --phases nonsense | 'nonsense'
          record --out x --phases (     | no regular expression
          record --out x --budget 0     | --budget
          record --out /proc/nowhere    | cannot write
          misuse --backend cuda         | 'cuda'
          misuse --only SIM-99          | 'SIM-99'
          misuse --from X               | 'X'
          misuse --out /dev/null        | is a file
          differential --nonsense       | '--nonsense'
          differential --count 0        | --count
          differential --count x        | 'x'
          differential --from x         | 'x'
          differential --ranks 0        | ranks
          differential --ranks 9        | 1 to 8
          differential --backend cuda   | cuda
          differential --out /proc/nowhere | cannot write
          differential --floats --ranks 9 | 1 to 8
          differential --floats --lifecycle | --lifecycle
          differential --floats --backend cuda | cuda
          differential --floats --profile moon | h200-nvswitch
          differential --profile h100-pcie | --floats
          bundle                        | --out
          bundle --out x.zip            | .tar.xz
          bundle --out /no/such/place/x.tar.gz | cannot be written
          """)
  void badInput_costsOneLineAndExitCode2(String line, String because) {
    refuses(line, because);
  }

  @Test
  void aRecordingThatIsBroken_isRefused(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("summary.json"), "{\n\"format\": 7}");
    refuses("verify --golden " + folder, "summary.json:2: field 'format' is 7");
  }

  @Test
  void outThatIsAFile_isRefusedBeforeAnythingRuns(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "mine");
    refuses("bench --backend sim --ranks 2 --out " + file, "is a file");
    assertThat(file).hasContent("mine");
  }
}
