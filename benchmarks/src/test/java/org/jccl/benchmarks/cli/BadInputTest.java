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
          bench -f 1                    | give 2 to 1000000000
          bench -f x                    | 'x'
          bench -i 1                    | --step-bytes: steps of 1 bytes give more
          bench -i 0                    | at least 1 byte
          bench -f 2 -i 8               | exclude each other
          bench -n 0                    | --iters
          bench -w -1                   | --warmup-iters
          bench -c 2                    | 2 is not in the range: give 0 or 1
          bench -r -1                   | --root
          bench --ranks 0               | --ranks
          bench --ranks x               | 'x'
          bench --backend cuda          | cuda
          bench --backend sim -r 4      | --root
          bench --backend sim --op all_gather -b 1 -e 2 | --max-bytes
          bench --backend sim --ranks 2 --out /dev/null | is a file
          bench --backend sim --ranks 2 --out /proc/nowhere | cannot write
          run                           | CLASS
          run --as-rank org.jccl.benchmarks.cli.QuietProgram | RANK is not set
          run no.such.Program           | no.such.Program
          run -cp /no/such/place X      | /no/such/place
          run java.lang.String          | RankProgram
          run --ranks 0 org.jccl.benchmarks.cli.QuietProgram | --ranks
          run --backend sim --timeline /proc/nowhere/x org.jccl.benchmarks.cli.QuietProgram | cannot write
          run --backend sim --trace /proc/nowhere/x org.jccl.benchmarks.cli.QuietProgram | cannot write
          report                        | html, compare
          report html /no/such/x.json   | cannot read
          report html pom.xml /no/such/x.json --out y.html | cannot read '/no/such/x.json'
          explain COL-04 no-rule        | 'no-rule' is no folder, no rule
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
          calibrate --out x.json --backend sim --ranks 1 | give 2 to 65536
          calibrate --out x.json --backend sim --op foo | 'foo'
          calibrate --out x.json --backend sim --dtype float128 | 'float128'
          calibrate --out x.json --ranks x | 'x'
          calibrate --out x.json --profile y | neither a file
          calibrate --out x.json -e 0 | at least
          calibrate --out x.json --report /dev/null | is a file
          calibrate --out x.json --held-out /proc/nowhere/x | --held-out
          calibrate --out x.json --measured /no/such/report.json | cannot read
          predict --ranks 4 --dtype float128 | 'float128'
          predict --ranks 4 --datatype all | --datatype: no data type is called 'all': use one of
          predict --ranks 4 --profile h300 | h200-nvswitch,h100-nvswitch
          predict --ranks 4 --profile /dev/null | neither a file
          predict --ranks 4 -f 1        | give 2 to 1000000000
          predict --ranks 4 -b 1M -e 1K | --max-bytes: the largest size (1024) is below the smallest
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
          verify --golden /no/such/place | there is no folder '/no/such/place'
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
          bundle --out .tar.gz          | an ending without a name
          bench --op all_reduce,        | 'all_reduce,'
          bench --op ,all_reduce        | --op: it is empty
          bench @/etc/passwd            | '@/etc/passwd'
          record --out x --budget 9223372036854775807 | --budget
          predict --ranks 1000000       | give 2 to 65536
          predict --ranks 4 -e 8E-1     | '8E-1'
          run --ranks 1000000 X         | give 1 to 65536
          run -cp /dev/zero X           | --class-path: '/dev/zero' is neither a folder nor a jar: give
          bench --tuned --datatype half | --datatype: it counts for nothing with --tuned
          bench --coalesced --op all    | --op: it counts for nothing with --coalesced
          bench --rounds 3              | --rounds: it counts for nothing by itself
          bench --tuned --python /etc/passwd | --python: only with --peers
          bench --tuned --backend sim -e 1 | --max-bytes: no size up to 1 bytes
          tune --out x.json --backend sim -e 1 | --max-bytes: no size up to 1 bytes
          tune --show --backend sim --from /etc/passwd | --from: /etc/passwd, line 1
          run a..b                      | 'a..b' is no name of a class
          faults --ranks 2 --rank 2 org.jccl.benchmarks.cli.QuietProgram | give 0 to 1
          faults --nccl-version 1.2.3 X | give 2.27.3 to 2.32.3
          misuse --only SIM-01,         | 'SIM-01,'
          misuse --backend nccl         | use sim or loopback here
          explain SIM-99                | 'SIM-99' is no folder, no rule and no kind of report
          --stacktrace                  | a command is missing: give one of bench
          bundle --out /no/such/place/x.tar.gz | cannot write
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
