package org.jccl.file;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads files that somebody else has written, within bounds: regular files alone, so that no pipe
 * or device is waited for; no more bytes than a caller can use; no line that is longer than a line
 * may be. All complaints are one line that begins with the file's name and has no name of a class.
 */
public final class BoundedFile implements Closeable {
  /** More characters than this are no line. */
  public static final int LONGEST_LINE = 16 << 20;

  private static final int MIB = 1 << 20;

  private final String name;
  private final BufferedReader reader;
  private final StringBuilder line = new StringBuilder();
  private long number;

  private BoundedFile(String name, InputStream in) {
    this.name = name;
    this.reader =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
  }

  /**
   * The whole text of a file.
   *
   * @param file the file
   * @param most how many bytes it may have
   * @return its text
   * @throws IOException if it cannot be read, is no regular file, has more bytes, or is no UTF-8
   */
  public static String text(Path file, int most) throws IOException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes(file, most)))
          .toString();
    } catch (CharacterCodingException noText) {
      throw new IOException(file + ": is no text in UTF-8: is it the right file?");
    }
  }

  /**
   * All bytes of a file.
   *
   * @param file the file
   * @param most how many it may have
   * @return its bytes
   * @throws IOException if it cannot be read, is no regular file, or has more
   */
  public static byte[] bytes(Path file, int most) throws IOException {
    byte[] bytes;
    try (InputStream in = open(file)) {
      bytes = in.readNBytes(most + 1);
    } catch (IOException failure) {
      throw unreadable(file, failure);
    }
    if (bytes.length > most) {
      throw new IOException(file + ": has more than " + words(most) + ": is it the right file?");
    }
    return bytes;
  }

  /**
   * All lines of a file.
   *
   * @param file the file
   * @param most how many bytes it may have
   * @return its lines
   * @throws IOException as {@link #text}
   */
  public static List<String> lines(Path file, int most) throws IOException {
    return text(file, most).lines().toList();
  }

  /**
   * A file line by line, however many there are.
   *
   * @param file the file
   * @return its lines, to be closed
   * @throws IOException if it cannot be read, or is no regular file
   */
  public static BoundedFile openLines(Path file) throws IOException {
    try {
      return new BoundedFile(file.toString(), open(file));
    } catch (IOException failure) {
      throw unreadable(file, failure);
    }
  }

  /**
   * Lines of a stream that is not a file, or is packed in one.
   *
   * @param name what complaints call it
   * @param in where they come from
   * @return its lines, to be closed
   */
  public static BoundedFile linesOf(String name, InputStream in) {
    return new BoundedFile(name, in);
  }

  /**
   * The content of a gzip file.
   *
   * @param in the file
   * @param most how many bytes its content may have
   * @return its content
   * @throws IOException if it is none
   */
  public static InputStream unpacked(InputStream in, long most) throws IOException {
    return new Unpacked(new GZIPInputStream(in), most);
  }

  /**
   * Opens a regular file.
   *
   * @param file the file
   * @return its bytes
   * @throws IOException if there is none, or something else
   */
  public static InputStream open(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException(Files.isDirectory(file) ? "it is a folder" : "it is no regular file");
    }
    return Files.newInputStream(file);
  }

  /**
   * Reads a line.
   *
   * @return the next one, or null at the end
   * @throws IOException if it cannot be read, is no UTF-8, or is longer than {@link #LONGEST_LINE};
   *     it names file and line
   */
  public @Nullable String readLine() throws IOException {
    number++;
    line.setLength(0);
    try {
      int c = reader.read();
      if (c < 0) {
        return null;
      }
      while (c >= 0 && c != '\n') {
        if (line.length() == LONGEST_LINE) {
          throw new IOException("has more than " + words(LONGEST_LINE) + ": is it the right file?");
        }
        line.append((char) c);
        c = reader.read();
      }
    } catch (IOException failure) {
      throw new IOException(name + ", line " + number + ": " + why(failure), failure);
    }
    int end = line.length() - 1;
    if (end >= 0 && line.charAt(end) == '\r') {
      line.setLength(end);
    }
    return line.toString();
  }

  /** {@return the number of the line that was read last, from 1} */
  public long lineNumber() {
    return number;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  private static IOException unreadable(Path file, IOException failure) {
    return new IOException(file + ": cannot be read: " + why(failure), failure);
  }

  /**
   * {@return why something failed, in a user's words}
   *
   * @param failure what the system said
   */
  public static String why(IOException failure) {
    return switch (failure) {
      case NoSuchFileException missing -> "there is no such file or folder";
      case AccessDeniedException refused -> "this user may not";
      case CharacterCodingException noText -> "this is no text in UTF-8";
      case EOFException cut -> "it ends too early";
      case FileSystemException told when told.getReason() != null ->
          told.getReason().toLowerCase(Locale.ROOT);
      default -> String.valueOf(failure.getMessage());
    };
  }

  private static String words(int bytes) {
    return bytes >= MIB ? bytes / MIB + " MiB" : bytes + " bytes";
  }

  /** Ends a stream that is longer than it may be. */
  private static final class Unpacked extends InputStream {
    private final InputStream in;
    private final long most;
    private long read;

    Unpacked(InputStream in, long most) {
      this.in = in;
      this.most = most;
    }

    @Override
    public int read() throws IOException {
      int next = in.read();
      count(next < 0 ? 0 : 1);
      return next;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int now = in.read(bytes, from, length);
      count(Math.max(0, now));
      return now;
    }

    private void count(int now) throws IOException {
      read += now;
      if (read > most) {
        throw new IOException("more than " + (most >> 20) + " MiB are packed here");
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
