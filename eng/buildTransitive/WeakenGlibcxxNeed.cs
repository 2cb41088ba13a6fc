using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Copies a library; the version need GLIBCXX_3.4.32 of an ELF64 file becomes weak, if no symbol of that version is used.
/// </summary>
/// <remarks>Layout: System V ABI, and the GNU symbol versioning sections (.gnu.version, .gnu.version_r).</remarks>
public sealed class WiseFtWeakenGlibcxxNeed : Task
{
    private const string Version = "GLIBCXX_3.4.32";
    private const ushort VersionFlagWeak = 2;
    private const uint SectionRela = 4, SectionRel = 9, SectionVersionNeed = 0x6ffffffe, SectionVersionSymbols = 0x6fffffff;

    private byte[] _elf;

    public string Library { get; set; }

    public string Output { get; set; }

    public override bool Execute()
    {
        _elf = File.ReadAllBytes(Library);
        if (IsLittleEndianElf64())
        {
            int entry = FindVersionNeed(out ushort versionIndex);
            if (entry >= 0 && !IsUsed(versionIndex)) _elf[entry + 4] |= (byte)VersionFlagWeak;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Output));
        File.WriteAllBytes(Output, _elf);
        Log.LogMessage(MessageImportance.Normal, "The need of " + Version + ", where unused, is weak in " + Output);
        return true;
    }

    private bool IsLittleEndianElf64() =>
        _elf.Length > 64 && _elf[0] == 0x7f && _elf[1] == 'E' && _elf[2] == 'L' && _elf[3] == 'F' && _elf[4] == 2 && _elf[5] == 1;

    /// <summary>Offset of the Vernaux entry of the version, and the index by which .gnu.version refers to it; -1 where absent.</summary>
    private int FindVersionNeed(out ushort versionIndex)
    {
        versionIndex = 0;
        int need = FindSection(SectionVersionNeed);
        if (need < 0) return -1;
        int strings = (int)U64(SectionHeader((int)U32(need + 40)) + 24);
        int file = (int)U64(need + 24);
        for (int files = (int)U32(need + 44); files > 0; files--)
        {
            int auxiliary = file + (int)U32(file + 8);
            for (int count = U16(file + 2); count > 0; count--)
            {
                if (Text(strings + (int)U32(auxiliary + 8)) == Version)
                {
                    versionIndex = U16(auxiliary + 6);
                    return auxiliary;
                }
                auxiliary += (int)U32(auxiliary + 12);
            }
            file += (int)U32(file + 12);
        }
        return -1;
    }

    /// <summary>Whether a relocation refers to a dynamic symbol of the version.</summary>
    private bool IsUsed(ushort versionIndex)
    {
        int versions = FindSection(SectionVersionSymbols);
        if (versions < 0) return true;
        int versionTable = (int)U64(versions + 24);
        uint dynamicSymbols = U32(versions + 40);
        for (int i = 0; i < U16(60); i++)
        {
            int section = SectionHeader(i);
            uint type = U32(section + 4);
            if ((type != SectionRela && type != SectionRel) || U32(section + 40) != dynamicSymbols) continue;
            long start = (long)U64(section + 24), size = (long)U64(section + 32), step = (long)U64(section + 56);
            for (long at = start; at < start + size; at += step)
            {
                long symbol = (long)(U64((int)at + 8) >> 32);
                if ((U16((int)(versionTable + 2 * symbol)) & 0x7fff) == versionIndex) return true;
            }
        }
        return false;
    }

    private int FindSection(uint type)
    {
        for (int i = 0; i < U16(60); i++)
            if (U32(SectionHeader(i) + 4) == type) return SectionHeader(i);
        return -1;
    }

    private int SectionHeader(int index) => (int)U64(40) + index * U16(58);

    private string Text(int at)
    {
        int end = Array.IndexOf(_elf, (byte)0, at);
        return Encoding.ASCII.GetString(_elf, at, end - at);
    }

    private ushort U16(int at) => BitConverter.ToUInt16(_elf, at);

    private uint U32(int at) => BitConverter.ToUInt32(_elf, at);

    private ulong U64(int at) => BitConverter.ToUInt64(_elf, at);
}
