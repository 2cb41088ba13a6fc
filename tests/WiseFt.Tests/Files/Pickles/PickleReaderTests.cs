using WiseFt.Files;

namespace WiseFt.Tests;

/// <summary>The unpickler builds tensors' descriptions and refuses, by name and place, whatever could do something else.</summary>
public sealed class PickleReaderTests
{
    public static TheoryData<string, byte[], string> Attacks => new()
    {
        { "GLOBAL and REDUCE", Command(p => p.Global("os", "system")), "'os.system', at byte 2" },
        { "GLOBAL posix", Command(p => p.Global("posix", "system")), "'posix.system'" },
        { "GLOBAL builtins.eval", Command(p => p.Global("builtins", "eval")), "'builtins.eval'" },
        { "GLOBAL builtins.getattr", Command(p => p.Global("builtins", "getattr")), "'builtins.getattr'" },
        { "STACK_GLOBAL", Command(p => p.Text("os").Text("system").Raw(0x93)), "'os.system', at byte 20" },
        { "STACK_GLOBAL from the memo", Command(p =>
            p.Text("os").Raw(0x94).Op('0').Text("system").Raw(0x94).Op('0').Op('h').Raw(0).Op('h').Raw(1).Raw(0x93)), "'os.system'" },
        { "STACK_GLOBAL dotted", Command(p => p.Text("torch._utils").Text("_rebuild_tensor_v2.__globals__").Raw(0x93)), "__globals__" },
        { "INST", PickleBytes.Protocol2().Op('(').Text("true").Op('i').Raw("os\nsystem\n"u8).Stop(), "the instruction Inst" },
        { "OBJ", PickleBytes.Protocol2().Op('(').Global("collections", "OrderedDict").Text("true").Op('o').Stop(), "the instruction Obj" },
        { "OBJ of a command", PickleBytes.Protocol2().Op('(').Global("subprocess",
            "Popen").Text("true").Op('o').Stop(), "'subprocess.Popen'" },
        { "NEWOBJ", PickleBytes.Protocol2().Global("collections", "OrderedDict").Op(')').Raw(0x81).Stop(), "no TorchScript module" },
        { "NEWOBJ of a command", PickleBytes.Protocol2().Global("subprocess", "Popen").Op(')').Raw(0x81).Stop(), "'subprocess.Popen'" },
        { "NEWOBJ_EX", PickleBytes.Protocol2().Global("collections", "OrderedDict").Op(')').Op('}').Raw(0x92).Stop(), "NewObjectEx" },
        { "EXT1", PickleBytes.Protocol2().Raw(0x82, 1).Stop(), "Ext1" },
        { "EXT2", PickleBytes.Protocol2().Raw(0x83, 1, 0).Stop(), "Ext2" },
        { "EXT4", PickleBytes.Protocol2().Raw(0x84, 1, 0, 0, 0).Stop(), "Ext4" },
        { "PERSID", PickleBytes.Protocol2().Op('P').Raw("0\n"u8).Stop(), "PersistentId" },
        { "text GET", PickleBytes.Protocol2().Op('g').Raw("0\n"u8).Stop(), "the instruction Get" },
        { "NEXT_BUFFER", PickleBytes.Protocol2().Raw(0x97).Stop(), "NextBuffer" },
        { "unknown", PickleBytes.Protocol2().Raw(0xff).Stop(), "0xff" },
        { "a TorchScript class outside such an archive", PickleBytes.Protocol2().Global("__torch__.A", "B").Stop(), "'__torch__.A.B'" },
        { "a module class", PickleBytes.Protocol2().Global("torch.nn.modules.linear", "Linear").Stop(), "torch.nn.modules.linear.Linear" },
        { "torch.load again", Command(p => p.Global("torch.storage", "_load_from_bytes")), "_load_from_bytes" },
    };

    public static TheoryData<string, byte[]> Damages => new()
    {
        { "nothing", [] },
        { "no end", PickleBytes.Protocol2().Op('N').ToArray() },
        { "an empty stack", PickleBytes.Protocol2().Stop() },
        { "two values", PickleBytes.Protocol2().Op('N').Op('N').Stop() },
        { "an open mark", PickleBytes.Protocol2().Op('N').Op('(').Stop() },
        { "a missing mark", PickleBytes.Protocol2().Op('t').Stop() },
        { "popping below a mark", PickleBytes.Protocol2().Op('N').Op('(').Raw(0x85).Stop() },
        { "an unfilled memo slot", PickleBytes.Protocol2().Op('h').Raw(7).Stop() },
        { "a memo slot left free", PickleBytes.Protocol2().Op('N').Op('q').Raw(1).Op('0').Op('h').Raw(0).Stop() },
        { "a far memo slot", PickleBytes.Protocol2().Op('N').Op('r').Raw(0xff, 0xff, 0xff, 0xff).Stop() },
        { "memo slots that run away", Enumerable.Range(1, 100).Aggregate(PickleBytes.Protocol2().Op('N'), (p, i) =>
            p.Op('r').Int32(200 * i)).Stop() },
        { "a text of 2^60 bytes", PickleBytes.Protocol2().Raw(0x8d).Int64(1L << 60).Stop() },
        { "a text of 2^31 bytes", PickleBytes.Protocol2().Op('X').Int32(int.MinValue).Stop() },
        { "bytes of 2^63 bytes", PickleBytes.Protocol2().Raw(0x8e).Int64(long.MinValue).Stop() },
        { "a frame of 2^60 bytes", PickleBytes.Protocol2().Raw(0x95).Int64(1L << 60).Op('N').Stop() },
        { "a text that is not UTF-8", PickleBytes.Protocol2().Op('X').Int32(1).Raw(0xc0).Stop() },
        { "protocol 6", new PickleBytes().Raw(0x80, 6).Op('N').Stop() },
        { "a key without a value", PickleBytes.Protocol2().Op('}').Op('(').Text("a").Op('u').Stop() },
        { "items of a list", PickleBytes.Protocol2().Op(']').Op('N').Op('N').Op('s').Stop() },
        { "appending to a dict", PickleBytes.Protocol2().Op('}').Op('N').Op('a').Stop() },
        { "state of a number", PickleBytes.Protocol2().Op('K').Raw(1).Op('}').Op('b').Stop() },
        { "a call of a number", PickleBytes.Protocol2().Op('K').Raw(1).Op(')').Op('R').Stop() },
        { "a call without a tuple", PickleBytes.Protocol2().Global("collections", "OrderedDict").Op('N').Op('R').Stop() },
        { "a call of a storage type", PickleBytes.Protocol2().Global("torch", "FloatStorage").Op(')').Op('R').Stop() },
        { "a storage of -1 elements", PickleBytes.Protocol2().Storage("Float", "0", -1).Stop() },
        { "a storage of 2^62 elements", PickleBytes.Protocol2().Storage("Float", "0", 1L << 62).Stop() },
        { "a storage described twice", PickleBytes.Protocol2().Storage("Float", "0", 1).Storage("Half", "0", 2).Raw(0x86).Stop() },
        { "a storage of another kind", PickleBytes.Protocol2().Op('(').Text("module").Op('t').Op('Q').Stop() },
        { "a global without an end", PickleBytes.Protocol2().Op('c').Raw(new byte[4096]).ToArray() },
    };

    [Theory, MemberData(nameof(Attacks))]
    [Fault("pickle that would run code")]
    public void Read_OfAPickleThatCouldActElsewhere_RefusesItByNameAndPlace(string what, byte[] pickle, string named)
    {
        Action act = () => Read(pickle);
        act.Should().Throw<CheckpointException>(what).WithMessage($"*{named}*");
    }

    [Theory, MemberData(nameof(Damages))]
    public void Read_OfADamagedPickle_Refuses(string what, byte[] pickle)
    {
        Action act = () => Read(pickle);
        act.Should().Throw<CheckpointException>(what).WithMessage("file (data.pkl): the pickle * at byte *");
    }

    [Theory]
    [InlineData(-1L, new long[] { 2 }, new long[] { 1 })]
    [InlineData(0L, new long[] { 7 }, new long[] { 1 })]
    [InlineData(5L, new long[] { 2 }, new long[] { 1 })]
    [InlineData(0L, new long[] { -2 }, new long[] { 1 })]
    [InlineData(0L, new long[] { 2 }, new long[] { -1 })]
    [InlineData(0L, new long[] { 2 }, new long[] { long.MaxValue })]
    [InlineData(long.MaxValue, new long[] { 2 }, new long[] { 1 })]
    [InlineData(0L, new long[] { 1L << 60, 1L << 60 }, new long[] { 0, 0 })]
    [InlineData(0L, new long[] { 0, 1L << 62 }, new long[] { 1, 1 })]
    [InlineData(0L, new long[] { 2, 3 }, new long[] { 3 })]
    public void Read_OfATensorOutsideItsStorage_Refuses(long offset, long[] shape, long[] strides)
    {
        Action act = () => Read(PickleBytes.Protocol2().Tensor("Float", "0", 6, offset, shape, strides).Stop());
        act.Should().Throw<CheckpointException>().WithMessage("*a tensor*at byte*");
    }

    [Fact]
    public void Read_OfATensorOfRank17_Refuses()
    {
        long[] ones = [.. Enumerable.Repeat(1L, 17)];
        Action act = () => Read(PickleBytes.Protocol2().Tensor("Float", "0", 6, 0, ones, ones).Stop());
        act.Should().Throw<CheckpointException>().WithMessage("*at most 16 integers*");
    }

    [Fact]
    public void Read_OfPlainValues_YieldsThem()
    {
        byte[] pickle = PickleBytes.Protocol2().Op('(').Op('N').Raw(0x88, 0x89).Op('J').Int32(-5).Op('K').Raw(200).Op('M').Raw(0, 2)
            .Number(-(1L << 40)).Raw(0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1).Raw(0x8a, 0).Op('G').Raw(0x3f, 0xf8, 0, 0, 0, 0, 0, 0).Text("é")
            .Raw(0x8c, 1, (byte)'a').Op('U').Raw(1, (byte)'b').Raw((byte)'C', 2, 1, 2).Op('t').Stop();
        object?[] items = Read(pickle).Should().BeOfType<PickleTuple>().Subject.Items;
        items[..^1]
            .Should().Equal(null, true, false, -5L, 200L, 512L, -(1L << 40), System.Numerics.BigInteger.Pow(2, 64), 0L, 1.5, "é", "a", "b");
        items[^1].Should().BeEquivalentTo(new byte[] { 1, 2 });
    }

    [Fact]
    public void Read_OfDeepNesting_EndsWithoutExhaustingTheStack()
    {
        const int depth = 1_000_000;
        var pickle = PickleBytes.Protocol2().Op('N');
        for (int i = 0; i < depth; i++) pickle.Raw(0x85);
        object? value = Read(pickle.Stop());
        for (int i = 0; i < depth; i++) value = ((PickleTuple)value!).Items[0];
        value.Should().BeNull();
    }

    [Fact]
    public void Read_OfTooManyInstructions_Refuses()
    {
        byte[] pickle = new byte[2_100_000];
        Array.Fill(pickle, (byte)PickleOpcode.Mark);
        Action act = () => Read(pickle);
        act.Should().Throw<CheckpointException>().WithMessage("*more than 2000000 instructions*");
    }

    [Fact]
    public void Read_OfAListThatHoldsItself_Ends() =>
        Read(PickleBytes.Protocol2().Op(']').Op('q').Raw(0).Op('h').Raw(0).Op('a').Stop()).Should().BeOfType<PickleList>();

    private static byte[] Command(Func<PickleBytes, PickleBytes> function) =>
        function(PickleBytes.Protocol2()).Text("touch /tmp/executed").Raw(0x85).Op('R').Stop();

    private static object? Read(byte[] pickle) => new PickleReader(pickle, "file (data.pkl)", new StateDictPickle(script: false)).Read();
}
