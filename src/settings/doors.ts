import type { Address, Family } from '../model/address.ts';
import type { ModuleState } from '../model/facts.ts';
import type { InterfaceAddress, Link, Route } from '../model/network.ts';
import type { Pool } from '../model/pool.ts';

/** What settings read and change: this host, or what a test has in its place. */
export interface Doors {
  readonly sysctls: {
    /** `undefined` when there is no such file. */
    read(path: string): Promise<string | undefined>;
    write(path: string, value: string): Promise<void>;
  };
  readonly modules: {
    state(name: string): Promise<ModuleState>;
    load(name: string): Promise<boolean>;
    unload(name: string): Promise<boolean>;
  };
  readonly links: {
    links(): Promise<Link[]>;
    link(name: string): Promise<Link | undefined>;
    addresses(): Promise<InterfaceAddress[]>;
    routes(): Promise<Route[]>;
    create(name: string, kind: string, local?: Address): Promise<void>;
    delete(index: number): Promise<void>;
    setUp(index: number, up: boolean): Promise<void>;
    putAddress(
      index: number,
      address: Address,
      options: { readonly deprecated: boolean; readonly detectDuplicates: boolean },
    ): Promise<void>;
    deleteAddress(index: number, address: Address): Promise<void>;
    addHalfRoute(index: number, half: Address, gateway: Address): Promise<void>;
    deleteHalfRoute(index: number, half: Address, gateway: Address): Promise<void>;
  };
  readonly gue: {
    list(): Promise<readonly { readonly family: Family; readonly port: number; readonly gue: boolean }[]>;
    open(family: Family, port: number): Promise<void>;
    close(family: Family, port: number): Promise<void>;
  };
  /** Our nftables table. */
  readonly nft: {
    /** What is in it; `undefined` without one. */
    read(): Promise<TableContent | undefined>;
    /** Puts commands in nft's language through, all or none. */
    apply(commands: string): Promise<void>;
  };
  sleep(milliseconds: number): Promise<void>;
}

/** What is in our nftables table. */
export interface TableContent {
  /** Whether everything is there that does not depend on a service. */
  readonly whole: boolean;
  readonly guarded: ReadonlySet<Address>;
  /** By mark: the key of the service that the local addresses are for, and the addresses. */
  readonly pools: ReadonlyMap<number, { readonly service: string; readonly pool: Pool }>;
  /** By the service's key: its mark. */
  readonly services: ReadonlyMap<string, number>;
}
